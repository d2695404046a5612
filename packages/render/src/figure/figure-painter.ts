import type { FigureState, LimbShape, PathShape, Rig, RigPaint, RigShape } from '@filmwright/contracts';
import { figureColors } from '@filmwright/core/figure/figure-colors';
import { sampleLimb } from '@filmwright/core/figure/limb-outline';
import { type PlacedPart, placeParts } from '@filmwright/core/figure/place-parts';
import { type Bitmap, trimmedBitmap } from '../paint/bitmap.ts';
import { blankCanvas, type Canvas, type Context, type Path } from '../paint/canvas.ts';
import { withAlpha } from '../paint/color.ts';
import { drawLimb } from './draw-limb.ts';
import { placedBoxes, restingBoxes } from './part-boxes.ts';
import { type ReadyDrawing, readyDrawings, type ShownShape, shownShapes } from './shape-path.ts';

export type FigureLook = {
  /** Colours in place of the rig's own, `#rrggbb` by name; see `Rig.looks` for sets that go together. */
  readonly colors?: Readonly<Record<string, string>>;
  /** Pixels from the top of the resting figure to the lower edge of the framing. */
  readonly heightPx: number;
  /** One of the rig's framings; what is below it is cut off. */
  readonly framing?: string;
  /** Pictures that the rig names, as canvases. */
  readonly pictures?: ReadonlyMap<string, Canvas>;
};

export type FigurePainter = {
  /** Pixels for one rig unit. */
  readonly scale: number;
  /** The figure cut to what is visible; `x`, `y` of its top left pixel from the rig's axis and the lower edge of the framing. */
  readonly paint: (state: FigureState) => Bitmap;
};

type Drawing = {
  readonly canvas: Canvas;
  readonly context: Context;
  readonly rig: Rig;
  readonly colorOf: (name: string) => string;
  readonly pictures: ReadonlyMap<string, Canvas>;
  readonly gradients: Map<RigPaint, string | CanvasGradient>;
};

type CanvasGradient = ReturnType<Context['createLinearGradient']>;

/** To the light, which stands at the upper left of the picture. */
const lightX = 0.62;
const lightY = -0.785;

/** Canvases grow by this, so that few sizes are ever made. */
const canvasStep = { wide: 256, high: 64 };

/** Makes what paints a rig in one size and set of colours; it keeps a canvas and the paths of all drawings. The same state gives the same bytes. */
export function createFigurePainter(
  rig: Rig,
  { colors = {}, heightPx, framing = 'full', pictures = new Map() }: FigureLook,
): FigurePainter {
  const lower = rig.framings[framing] ?? rig.ground;
  const scale = heightPx / (lower - rig.top);
  const cut = framing === 'full' ? Infinity : 0;
  const found = figureColors(rig, colors);
  const colorOf = (name: string): string => found[name] ?? '#ff00ff';
  const ready = new Map(rig.parts.map((part) => [part.name, readyDrawings(part.drawings)]));
  const resting = restingBoxes(rig);
  const canvases = new Map<string, Drawing>();
  const gradients: Drawing['gradients'] = new Map();
  /** A canvas of at least so many pixels, emptied. */
  const drawingFor = (width: number, height: number): Drawing => {
    const wide = Math.ceil(width / canvasStep.wide) * canvasStep.wide;
    const high = Math.ceil(height / canvasStep.high) * canvasStep.high;
    const known = canvases.get(`${wide}x${high}`);
    if (known !== undefined) {
      known.context.setTransform(1, 0, 0, 1, 0, 0);
      known.context.clearRect(0, 0, wide, high);
      return known;
    }
    if (canvases.size >= keptCanvases) canvases.clear();
    const made: Drawing = { ...blankCanvas(wide, high), rig, colorOf, pictures, gradients };
    canvases.set(`${wide}x${high}`, made);
    return made;
  };
  return {
    scale,
    paint: (state) => {
      const placed = placeParts(rig, state);
      const boxes = placedBoxes(placed, resting);
      const flip = state.facing === 'left' ? -1 : 1;
      const edges = [boxes.whole.left, boxes.whole.right].map((x) => flip * (x - rig.axis) * scale);
      const left = Math.floor(Math.min(...edges));
      const top = Math.floor((boxes.whole.top - lower) * scale);
      const bottom = Math.min(cut, Math.ceil((boxes.whole.bottom - lower) * scale));
      const drawing = drawingFor(Math.ceil(Math.max(...edges)) - left, bottom - top);
      const { context } = drawing;
      context.setTransform(flip * scale, 0, 0, scale, -left - flip * rig.axis * scale, -top - lower * scale);
      // The canvas may be larger than what is wanted; nothing shows below the framing.
      context.save();
      if (cut === 0) {
        context.beginPath();
        context.rect(boxes.whole.left, boxes.whole.top, boxes.whole.right - boxes.whole.left, lower - boxes.whole.top);
        context.clip();
      }
      const pivots = new Map(placed.map(({ part, pivot }) => [part.name, pivot]));
      for (const part of placed) {
        const box = boxes.of(part.part.name);
        if (box.left > box.right || (cut === 0 && box.top >= lower)) continue;
        drawPart(drawing, { placed: part, ready: ready.get(part.part.name) ?? [], state, pivots });
      }
      context.restore();
      return trimmedBitmap(drawing.canvas, { x: left, y: top });
    },
  };
}

/** A figure that moves its arms needs few sizes; more are not kept. */
const keptCanvases = 4;

type PartToDraw = {
  readonly placed: PlacedPart;
  readonly ready: readonly ReadyDrawing[];
  readonly state: FigureState;
  readonly pivots: ReadonlyMap<string, readonly [number, number]>;
};

/** The outline of a shape, in the place of its part unless it is a limb's, which is where it stands. */
type Outline = { readonly path: Path; readonly isLimb: boolean };

function drawPart(drawing: Drawing, { placed, ready, state, pivots }: PartToDraw): void {
  const { context } = drawing;
  const outlines = new Map<string, Outline>();
  // Shapes that follow each other in the same place and inside the same outline share one state of the context.
  let group: string | null = null;
  for (const shown of shownShapes(ready, placed.weights)) {
    const { shape, opacity } = shown;
    const isLimb = 'limb' in shape;
    const keep = (path: Path | null): void => {
      if (shape.id !== undefined && path !== null) outlines.set(shape.id, { path, isLimb });
    };
    if ((shape.facing !== undefined && shape.facing !== state.facing) || opacity < 0.004) {
      keep(shown.path);
      continue;
    }
    const around = shape.inside === undefined || shown.cut !== null ? undefined : outlines.get(shape.inside);
    const wanted = `${isLimb} ${around === undefined ? '' : shape.inside}`;
    if (wanted !== group) {
      if (group !== null) context.restore();
      context.save();
      if (around?.isLimb) context.clip(around.path);
      if (!isLimb || around?.isLimb === false) context.transform(...placed.matrix);
      if (around?.isLimb === false) context.clip(around.path);
      if (isLimb && around?.isLimb === false) context.transform(...inverse(placed.matrix));
      group = wanted;
    }
    context.globalAlpha = opacity;
    if ('limb' in shape) keep(drawn(drawing, shape, { state, pivots }));
    else {
      drawShape(drawing, { shown, state });
      keep(shown.path);
    }
  }
  if (group !== null) context.restore();
}

function drawn(drawing: Drawing, shape: LimbShape, { state, pivots }: Pick<PartToDraw, 'state' | 'pivots'>): Path | null {
  const joints = shape.limb.map((name) => pivots.get(name) ?? ([0, 0] as const));
  const light: readonly [number, number] = [state.facing === 'left' ? lightX : -lightX, lightY];
  return drawLimb(drawing.context, shape, { samples: sampleLimb(joints, shape), colorOf: drawing.colorOf, light });
}

function inverse([a, b, c, d, e, f]: PlacedPart['matrix']): PlacedPart['matrix'] {
  const size = a * d - b * c;
  return [d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size];
}

function drawShape(drawing: Drawing, { shown, state }: { readonly shown: ShownShape; readonly state: FigureState }): void {
  const { context, rig } = drawing;
  const { shape } = shown;
  const isMirrored = shape.readable === true && state.facing === 'left';
  const isMoved = shape.gaze !== undefined || isMirrored;
  if (isMoved) context.save();
  if (shape.gaze !== undefined)
    context.translate(state.gaze.x * rig.eyes.reach[0] * shape.gaze, state.gaze.y * rig.eyes.reach[1] * shape.gaze);
  if (isMirrored) unmirror(context, shape);
  if ('picture' in shape) {
    const picture = drawing.pictures.get(shape.picture);
    if (picture !== undefined) context.drawImage(picture, shape.x, shape.y, shape.width, shape.height);
  } else if ('path' in shape) drawPath(drawing, shape, shown);
  if (isMoved) context.restore();
}

/** Mirrors about the middle of the shape, so that lettering on a mirrored figure can be read. */
function unmirror(context: Context, shape: RigShape): void {
  const xs =
    'picture' in shape
      ? [shape.x, shape.x + shape.width]
      : 'path' in shape
        ? [...shape.path.matchAll(/(-?[\d.]+)[ ,]+-?[\d.]+/g)].map((pair) => Number(pair[1]))
        : [0];
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  context.translate(2 * middle, 0);
  context.scale(-1, 1);
}

function drawPath(drawing: Drawing, { fill, stroke }: PathShape, { path, cut }: Pick<ShownShape, 'path' | 'cut'>): void {
  const { context } = drawing;
  const filled = cut?.fill ?? path;
  if (fill !== undefined && filled !== null) {
    context.fillStyle = paintOf(drawing, fill);
    context.fill(filled);
  }
  if (stroke === undefined || path === null) return;
  if (cut?.stroke) {
    context.fillStyle = drawing.colorOf(stroke.color);
    context.fill(cut.stroke);
    return;
  }
  context.strokeStyle = drawing.colorOf(stroke.color);
  context.lineWidth = stroke.width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(path);
}

function paintOf({ context, colorOf, gradients }: Drawing, paint: RigPaint): string | CanvasGradient {
  if (typeof paint === 'string') return colorOf(paint);
  const [first] = paint.stops;
  // A gradient from a colour to itself takes twice as long to fill.
  if (first !== undefined && paint.stops.every(([, color, alpha]) => color === first[1] && (alpha ?? 1) === (first[2] ?? 1)))
    return withAlpha(colorOf(first[1]), first[2] ?? 1);
  const known = gradients.get(paint);
  if (known !== undefined) return known;
  const gradient =
    'linear' in paint
      ? context.createLinearGradient(...paint.linear)
      : context.createRadialGradient(paint.radial[0], paint.radial[1], 0, paint.radial[0], paint.radial[1], paint.radial[2]);
  for (const [place, color, alpha] of paint.stops) gradient.addColorStop(place, withAlpha(colorOf(color), alpha ?? 1));
  gradients.set(paint, gradient);
  return gradient;
}
