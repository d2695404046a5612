import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FigureSource, Layer, Rig } from '@filmwright/contracts';
import { rigSchema } from '@filmwright/contracts';
import { figureState } from '@filmwright/core/figure/figure-state';
import { presenter } from '@filmwright/core/figure/presenters';
import { pathAt } from '@filmwright/core/film/path-at';
import type { Bitmap } from '../compositor/compositor.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { createFigurePainter, type FigurePainter } from '../figure/figure-painter.ts';
import { blankCanvas, type Canvas } from '../paint/canvas.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';
import type { LayerPainter, PainterContext } from './layer-painter.ts';
import type { LoadContext } from './load-picture.ts';

type Painted = { bitmap: Bitmap; x: number; y: number; width: number };

/** A layer that paints a figure anew for every frame. */
export function figurePainter(
  layer: Layer,
  { context, source }: { readonly context: PainterContext; readonly source: FigureSource },
): LayerPainter {
  const { compositor } = context;
  let ready: { readonly rig: Rig; readonly painter: FigurePainter; readonly shadow: Painted | null } | undefined;
  let shown: Painted | undefined;
  let drawn: number | null = null;
  const free = (painted: Painted | null | undefined): void => {
    if (painted) compositor.freeBitmap(painted.bitmap);
  };
  return {
    changesAt: (frame) => drawn !== frame,
    prepare: async (frame) => {
      if (drawn === frame) return;
      ready ??= await prepared(source, context);
      // What was drawn on is freed when the event loop turns, which a small frame, taken by the encoder at once, would not let it.
      await nextTurn();
      const state = figureState(ready.rig, source.performance, frame);
      const { rgba, width, height, x, y } = ready.painter.paint(state);
      const picture = { format: 'rgba-premultiplied' as const, width, height, bytes: rgba };
      if (shown !== undefined && shown.bitmap.width === width && shown.bitmap.height === height)
        compositor.replaceBitmap(shown.bitmap, picture);
      else {
        free(shown);
        shown = { bitmap: compositor.createBitmap(picture), x, y, width: 1 };
      }
      shown = { bitmap: shown.bitmap, x, y, width: state.width ?? 1 };
      drawn = frame;
    },
    draw: (frame) => {
      if (shown === undefined) return;
      const scale = pathAt(layer.scale, frame);
      const opacity = pathAt(layer.opacity, frame);
      const at = { x: pathAt(layer.x, frame), y: pathAt(layer.y, frame) };
      const put = ({ bitmap, x, y, width }: Painted): void => {
        // What is not enlarged stands on whole pixels, where it is sharpest.
        const sharp = scale === 1 && width === 1;
        const left = at.x + x * scale * width;
        const top = at.y + y * scale;
        compositor.draw(bitmap, {
          x: sharp ? Math.round(left) : left,
          y: sharp ? Math.round(top) : top,
          scaleX: scale * width,
          scaleY: scale,
          opacity,
        });
      };
      if (ready?.shadow) put(ready.shadow);
      put(shown);
    },
    close: async () => {
      free(shown);
      free(ready?.shadow);
      shown = undefined;
      ready = undefined;
      drawn = null;
    },
  };
}

async function prepared(source: FigureSource, context: PainterContext) {
  const { rig, pictures } = await loadRig(source.rig, context);
  const { colors, framing, heightPx } = source;
  const painter = createFigurePainter(rig, { colors, framing, heightPx, pictures });
  return { rig, painter, shadow: source.shadow ? groundShadow({ rig, painter, context }) : null };
}

async function loadRig(
  source: FigureSource['rig'],
  context: LoadContext,
): Promise<{ readonly rig: Rig; readonly pictures: ReadonlyMap<string, Canvas> }> {
  if ('presenter' in source) {
    const rig = presenter(source.presenter);
    if (rig === undefined) throw new RangeError(`there is no presenter ${JSON.stringify(source.presenter)}`);
    return { rig, pictures: new Map() };
  }
  const rig = rigSchema.parse(JSON.parse(await readFile(await context.pathOf(source.asset), 'utf8')));
  const pictures = new Map<string, Canvas>();
  for (const [name, digest] of Object.entries(source.pictures))
    pictures.set(name, await pictureCanvas(await context.pathOf(digest), context));
  return { rig, pictures };
}

/** Longest side of a rig's picture in pixels; a larger one is scaled down. */
const pictureSide = 2048;

async function pictureCanvas(path: string, { toolset, signal }: LoadContext): Promise<Canvas> {
  const vf = writeFiltergraph([
    {
      filters: [
        filter('scale', { w: `min(${pictureSide},iw)`, h: `min(${pictureSide},ih)`, force_original_aspect_ratio: 'decrease' }),
        filter('format', { pix_fmts: 'rgba' }),
      ],
    },
  ]);
  const { stdout } = await runFfmpeg({
    toolset,
    signal,
    purpose: 'reading a picture of a rig',
    maxStdoutBytes: pictureSide * pictureSide * 4 + 1024,
    description: {
      inputs: [{ from: { file: path } }],
      outputs: [{ options: { vf, 'frames:v': 1, 'c:v': 'pam', f: 'image2pipe' }, to: { pipe: 1 } }],
    },
  });
  const head = Buffer.from(stdout.subarray(0, 256)).toString('latin1');
  const from = head.indexOf('ENDHDR\n') + 7;
  const [width, height] = [/WIDTH (\d+)/, /HEIGHT (\d+)/].map((pattern) => Number(pattern.exec(head)?.[1])) as [number, number];
  const { canvas, context } = blankCanvas(width, height);
  const pixels = context.createImageData(width, height);
  pixels.data.set(stdout.subarray(from, from + width * height * 4));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

type ShadowInput = { readonly rig: Rig; readonly painter: FigurePainter; readonly context: PainterContext };

/** A soft dark ellipse on the ground, as wide as a figure stands. */
function groundShadow({ rig, painter, context }: ShadowInput): Painted {
  const radius = { x: (rig.ground - rig.top) * 0.15 * painter.scale, y: (rig.ground - rig.top) * 0.02 * painter.scale };
  const width = Math.max(2, Math.ceil(radius.x * 2));
  const height = Math.max(2, Math.ceil(radius.y * 2));
  const { canvas, context: pen } = blankCanvas(width, height);
  pen.scale(width / 2, height / 2);
  const gradient = pen.createRadialGradient(1, 1, 0, 1, 1, 1);
  for (const [place, alpha] of [
    [0, 0.5],
    [0.45, 0.34],
    [0.75, 0.12],
    [1, 0],
  ] as const)
    gradient.addColorStop(place, `rgba(0, 0, 0, ${alpha})`);
  pen.fillStyle = gradient;
  pen.fillRect(0, 0, 2, 2);
  const bytes = Uint8Array.from(canvas.data());
  const bitmap = context.compositor.createBitmap({ format: 'rgba-premultiplied', width, height, bytes });
  return { bitmap, x: -width / 2, y: -height * 0.56, width: 1 };
}
