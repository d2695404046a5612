import type { Layer, SpanComposition } from '@filmwright/contracts';
import { pathAt } from '@filmwright/core/film/path-at';
import type { Bitmap, Compositor } from '../compositor/compositor.ts';
import { paintBackdrop } from '../paint/paint-backdrop.ts';
import { paintBezel } from '../paint/paint-bezel.ts';
import { type PaintedCaption, paintCaption } from '../paint/paint-caption.ts';
import { paintText } from '../paint/paint-text.ts';
import { figurePainter } from './figure-layer.ts';
import { type LoadContext, type LoadedPicture, loadPicture } from './load-picture.ts';
import { type ClipFrames, openClip } from './open-clip.ts';
import { cropToAlpha, onShadow } from './picture-alpha.ts';
import type { PictureCache } from './picture-cache.ts';

/** What a layer shows now; `x`, `y` is its top left relative to the prepared source (pictures) or on the frame (text, captions). */
type Shown = { readonly bitmap: Bitmap; readonly x: number; readonly y: number };

/** A layer of a span on one compositor. States: prepared (bitmap made), then closed; a clip's frames and a caption's pages are replaced as frames pass. */
export type LayerPainter = {
  /** Whether drawing shot-relative `frame` first has to make or replace a bitmap, which moves the compositor's memory. */
  readonly changesAt: (frame: number) => boolean;
  readonly prepare: (frame: number) => Promise<void>;
  readonly draw: (frame: number) => void;
  readonly close: () => Promise<void>;
};

export type PainterContext = LoadContext & {
  readonly compositor: Compositor;
  readonly fontPath: (digest: string) => string;
  readonly cache: PictureCache;
  /** Shot-relative frame at which the painter starts; a clip is opened there. */
  readonly startFrame: number;
  readonly span: Pick<SpanComposition, 'width' | 'height' | 'fps'>;
};

/** Makes what draws one layer. */
export function layerPainter(layer: Layer, context: PainterContext): LayerPainter {
  const { source } = layer;
  const { compositor } = context;
  const prepared = (make: () => Promise<LoadedPicture>) => async (): Promise<Shown> =>
    madeBitmap(await context.cache.get(source, make), context);
  switch (source.type) {
    case 'picture':
    case 'backdrop': {
      const load = prepared(async () => (source.type === 'picture' ? loadPicture(source, context) : backdropPicture(source)));
      return heldPainter({ context, load, draw: (frame, shown) => drawPlaced(layer, { frame, shown, size: source, compositor }) });
    }
    case 'text':
      return heldPainter({
        context,
        load: prepared(async () => textPicture(source, context)),
        draw: (frame, shown) => drawBoxed(layer, { frame, shown, compositor }),
      });
    case 'caption':
      return captionPainter(layer, { context, captions: paintCaption(source, context.fontPath) });
    case 'clip':
      return clipPainter(layer, { context, source });
    case 'figure':
      return figurePainter(layer, { context, source });
    case 'bezel':
      return heldPainter({
        context,
        load: prepared(async () => bezelPicture(source)),
        draw: (frame, shown) => drawPlaced(layer, { frame, shown, size: source, compositor }),
      });
  }
}

function madeBitmap(picture: LoadedPicture, { compositor }: PainterContext): Shown {
  return { bitmap: compositor.createBitmap(picture), x: picture.x, y: picture.y };
}

function backdropPicture(source: Extract<Layer['source'], { type: 'backdrop' }>): LoadedPicture {
  const { rgba, width, height } = paintBackdrop(source);
  return { format: 'rgba-opaque', width, height, bytes: rgba, x: 0, y: 0 };
}

function bezelPicture(source: Extract<Layer['source'], { type: 'bezel' }>): LoadedPicture {
  const { rgba, width, height, x, y } = paintBezel(source);
  return { format: 'rgba-premultiplied', width, height, bytes: rgba, x, y };
}

function textPicture(source: Extract<Layer['source'], { type: 'text' }>, { fontPath }: PainterContext): LoadedPicture {
  const { rgba, width, height, x, y } = paintText(source, fontPath);
  return { format: 'rgba-premultiplied', width, height, bytes: rgba, x, y };
}

type Held = { readonly context: PainterContext; readonly load: () => Promise<Shown>; readonly draw: (frame: number, shown: Shown) => void };

/** A layer whose bitmap is made once. */
function heldPainter({ context, load, draw }: Held): LayerPainter {
  let shown: Shown | undefined;
  return {
    changesAt: () => shown === undefined,
    prepare: async () => {
      shown ??= await load();
    },
    draw: (frame) => {
      if (shown !== undefined) draw(frame, shown);
    },
    close: async () => {
      if (shown !== undefined) context.compositor.freeBitmap(shown.bitmap);
      shown = undefined;
    },
  };
}

type Placed = {
  readonly frame: number;
  readonly shown: Shown;
  readonly size: { readonly width: number; readonly height: number };
  readonly compositor: Compositor;
};

function drawPlaced(layer: Layer, { frame, shown, size, compositor }: Placed): void {
  const scale = pathAt(layer.scale, frame);
  const x = pathAt(layer.x, frame) + (shown.x - size.width / 2) * scale;
  const y = pathAt(layer.y, frame) + (shown.y - size.height / 2) * scale;
  compositor.draw(shown.bitmap, { x, y, scaleX: scale, opacity: pathAt(layer.opacity, frame) });
}

function clipPainter(
  layer: Layer,
  { context, source }: { readonly context: PainterContext; readonly source: Extract<Layer['source'], { type: 'clip' }> },
): LayerPainter {
  const { compositor, startFrame } = context;
  let frames: ClipFrames | undefined;
  let shown: Shown | undefined;
  return {
    changesAt: (frame) => frames === undefined || frames.changesAt(frame),
    prepare: async (frame) => {
      frames ??= await openClip(source, { frame: startFrame, context });
      const picture = clipPicture(source, await frames.at(frame));
      if (shown !== undefined && !source.alpha) return compositor.replaceBitmap(shown.bitmap, picture);
      // A person cut out changes in size from frame to frame.
      if (shown !== undefined) compositor.freeBitmap(shown.bitmap);
      shown = { bitmap: compositor.createBitmap(picture), x: picture.x, y: picture.y };
    },
    draw: (frame) => {
      if (shown !== undefined) drawPlaced(layer, { frame, shown, size: source, compositor });
    },
    close: async () => {
      await frames?.close();
      if (shown !== undefined) compositor.freeBitmap(shown.bitmap);
    },
  };
}

/** A frame of a clip for the compositor; one with alpha is cropped to what can be seen and stands on its shadow. */
function clipPicture({ width, height, alpha, shadow }: Extract<Layer['source'], { type: 'clip' }>, bytes: Uint8Array): LoadedPicture {
  if (!alpha) return { format: 'yuv420p', width, height, bytes, x: 0, y: 0 };
  const seen = onShadow(cropToAlpha({ rgba: bytes, width, height, x: 0, y: 0 }), shadow);
  return { format: 'rgba-premultiplied', width: seen.width, height: seen.height, bytes: seen.rgba, x: seen.x, y: seen.y };
}

/** Text places itself by its box; the layer's path moves it and scales it about the middle of the box. */
function drawBoxed(layer: Layer, { frame, shown, compositor }: Omit<Placed, 'size'>): void {
  const box = 'box' in layer.source ? layer.source.box : { x: 0, y: 0, width: 0, height: 0 };
  const scale = pathAt(layer.scale, frame);
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const x = middle.x + (shown.x - middle.x) * scale + pathAt(layer.x, frame);
  const y = middle.y + (shown.y - middle.y) * scale + pathAt(layer.y, frame);
  // At rest a text stands on whole pixels, where it is sharpest.
  const rests = scale === 1 && pathAt(layer.x, frame) === 0 && pathAt(layer.y, frame) === 0;
  compositor.draw(shown.bitmap, {
    x: rests ? Math.round(x) : x,
    y: rests ? Math.round(y) : y,
    scaleX: scale,
    opacity: pathAt(layer.opacity, frame),
  });
}

function captionPainter(
  layer: Layer,
  { context, captions }: { readonly context: PainterContext; readonly captions: PaintedCaption },
): LayerPainter {
  const { compositor } = context;
  let shown: Shown | undefined;
  let state: string | null = null;
  const free = (): void => {
    if (shown !== undefined) compositor.freeBitmap(shown.bitmap);
    shown = undefined;
  };
  const nameAt = (frame: number): string => {
    const moment = captions.momentAt(frame);
    return moment === null ? 'none' : `${moment.page}:${moment.word}`;
  };
  return {
    changesAt: (frame) => nameAt(frame) !== state,
    prepare: async (frame) => {
      const next = nameAt(frame);
      if (next === state) return;
      free();
      state = next;
      const moment = captions.momentAt(frame);
      if (moment === null) return;
      const { rgba, width, height, x, y } = captions.bitmap(moment.page, moment.word);
      shown = { bitmap: compositor.createBitmap({ format: 'rgba-premultiplied', width, height, bytes: rgba }), x, y };
    },
    draw: (frame) => {
      if (shown !== undefined) drawBoxed(layer, { frame, shown, compositor });
    },
    close: async () => free(),
  };
}
