import type { FigureState, PathShape, Rig, RigPaint, RigShape } from '@filmwright/contracts';
import { figureColors, type PlacedPart, placeParts, sampleLimb } from '@filmwright/core';
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
const canvasStep = 64;

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
  /** A canvas of at least so many pixels, emptied. */
  const drawingFor = (width: number, height: number): Drawing => {
    const [wide, high] = [width, height].map((side) => Math.ceil(side / canvasStep) * canvasStep) as [number, number];
    const known = canvases.get(`${wide}x${high}`);
    if (known !== undefined) {
      known.context.setTransform(1, 0, 0, 1, 0, 0);
      known.context.clearRect(0, 0, wide, high);
      return known;
    }
    if (canvases.size >= keptCanvases) canvases.clear();
    const made: Drawing = { ...blankCanvas(wide, high), rig, colorOf, pictures, gradients: new Map() };
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

function drawPart(drawing: Drawing, { placed, ready, state, pivots }: PartToDraw): void {
  const { context } = drawing;
  const shapes = shownShapes(ready, placed.weights);
  if (shapes.length === 0) return;
  const paths = new Map<string, Path>();
  let clipped: string | null = null;
  const unclip = (): void => {
    if (clipped !== null) context.restore();
    clipped = null;
  };
  for (const shown of shapes) {
    const { shape, opacity } = shown;
    if ((shape.facing !== undefined && shape.facing !== state.facing) || opacity < 0.004) {
      if (shape.id !== undefined && shown.path !== null) paths.set(shape.id, shown.path);
      continue;
    }
    if ((shape.inside ?? null) !== clipped) {
      unclip();
      const around = shape.inside === undefined ? undefined : paths.get(shape.inside);
      if (around !== undefined) {
        context.save();
        if (!('limb' in shape)) context.transform(...placed.matrix);
        context.clip(around);
        if (!('limb' in shape)) context.transform(...inverse(placed.matrix));
        clipped = shape.inside as string;
      }
    }
    const path = drawShape(drawing, { shown, placed, state, pivots });
    if (shape.id !== undefined && path !== null) paths.set(shape.id, path);
  }
  unclip();
}

function inverse([a, b, c, d, e, f]: PlacedPart['matrix']): PlacedPart['matrix'] {
  const size = a * d - b * c;
  return [d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size];
}

type ShapeToDraw = {
  readonly shown: ShownShape;
  readonly placed: PlacedPart;
  readonly state: FigureState;
  readonly pivots: PartToDraw['pivots'];
};

function drawShape(drawing: Drawing, { shown, placed, state, pivots }: ShapeToDraw): Path | null {
  const { context, rig } = drawing;
  const { shape, path, opacity } = shown;
  context.save();
  context.globalAlpha = opacity;
  let drawn: Path | null = path;
  if ('limb' in shape) {
    const joints = shape.limb.map((name) => pivots.get(name) ?? ([0, 0] as const));
    const light: readonly [number, number] = [state.facing === 'left' ? lightX : -lightX, lightY];
    drawn = drawLimb(context, shape, { samples: sampleLimb(joints, shape), colorOf: drawing.colorOf, light });
  } else {
    context.transform(...placed.matrix);
    if (shape.gaze !== undefined)
      context.translate(state.gaze.x * rig.eyes.reach[0] * shape.gaze, state.gaze.y * rig.eyes.reach[1] * shape.gaze);
    if (shape.readable && state.facing === 'left') unmirror(context, shape);
    if ('picture' in shape) {
      const picture = drawing.pictures.get(shape.picture);
      if (picture !== undefined) context.drawImage(picture, shape.x, shape.y, shape.width, shape.height);
    } else if (path !== null) drawPath(drawing, shape, path);
  }
  context.restore();
  return drawn;
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

function drawPath(drawing: Drawing, shape: PathShape, path: Path): void {
  const { context } = drawing;
  if (shape.fill !== undefined) {
    context.fillStyle = paintOf(drawing, shape.fill);
    context.fill(path);
  }
  if (shape.stroke === undefined) return;
  context.strokeStyle = drawing.colorOf(shape.stroke.color);
  context.lineWidth = shape.stroke.width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(path);
}

function paintOf({ context, colorOf, gradients }: Drawing, paint: RigPaint): string | CanvasGradient {
  if (typeof paint === 'string') return colorOf(paint);
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
