import type { Finish, Layer, SpanComposition, Transition } from '@filmwright/contracts';
import { eased } from '@filmwright/core/film/path-at';
import type { Compositor } from '../compositor/compositor.ts';
import { yuvOfHex } from '../compositor/yuv-colour.ts';
import { type LayerPainter, layerPainter, type PainterContext } from './layer-painter.ts';

/** Targets of a span's compositor: two that are piped in turn, two for the sides of a transition. */
export const targets = { pipe: [0, 1], before: 2, after: 3, count: 4 } as const;

/** Composes a span frame by frame. Frames must be asked for in order, since clips are read in order. */
export type FramePainter = {
  /** True when the next frame first has to change bitmaps; nothing may be reading the compositor's memory then. */
  readonly changesAt: (frame: number) => boolean;
  /** Composes shot-relative `frame` onto `target`. */
  readonly paint: (frame: number, target: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

type Side = { readonly layers: readonly { readonly layer: Layer; readonly painter: LayerPainter }[]; readonly finish: Finish };

/** Painters of the layers that are on at a frame, from the back. */
const visible = (side: Side, frame: number): readonly LayerPainter[] =>
  side.layers.filter(({ layer }) => frame >= layer.fromFrame && frame < layer.untilFrame).map(({ painter }) => painter);

/** A painter of a span's frames on a compositor of its size. */
export function framePainter(span: SpanComposition, context: Omit<PainterContext, 'span' | 'startFrame'>): FramePainter {
  const { compositor } = context;
  const { transition } = span;
  const sideOf = (layers: readonly Layer[], { finish, offset }: { readonly finish: Finish; readonly offset: number }): Side => ({
    finish,
    layers: layers.map((layer) => ({
      layer,
      painter: layerPainter(layer, { ...context, span, startFrame: Math.max(layer.fromFrame, offset) }),
    })),
  });
  const main = sideOf(span.layers, { finish: span.finish, offset: span.firstFrame });
  const before =
    transition === null ? null : sideOf(transition.layers, { finish: transition.finish, offset: transition.firstFrame + span.firstFrame });
  const ground = yuvOfHex(hexOf(span.color));
  const inTransition = (frame: number): boolean => transition !== null && frame < transition.frames;

  /** Painters of a side that change at a frame. */
  const changing = (side: Side, frame: number): readonly LayerPainter[] =>
    visible(side, frame).filter((painter) => painter.changesAt(frame));

  function paintSide(side: Side, { frame, target }: { readonly frame: number; readonly target: number }): void {
    compositor.target(target);
    compositor.fill({ colour: ground });
    for (const painter of visible(side, frame)) painter.draw(frame);
    const { vignette, grain, seed } = side.finish;
    if (vignette > 0) compositor.vignette({ strength: vignette });
    if (grain > 0) compositor.grain({ strength: grain, seed, frame });
  }

  return {
    changesAt: (frame) =>
      changing(main, frame).length > 0 ||
      (before !== null && transition !== null && inTransition(frame) && changing(before, transition.firstFrame + frame).length > 0),
    async paint(frame, target) {
      if (transition === null || before === null || !inTransition(frame)) {
        await prepared(changing(main, frame).map((painter) => painter.prepare(frame)));
        return paintSide(main, { frame, target });
      }
      const beforeFrame = transition.firstFrame + frame;
      await prepared([
        ...changing(before, beforeFrame).map((painter) => painter.prepare(beforeFrame)),
        ...changing(main, frame).map((painter) => painter.prepare(frame)),
      ]);
      paintSide(before, { frame: beforeFrame, target: targets.before });
      paintSide(main, { frame, target: targets.after });
      compositor.target(target);
      mix(compositor, { transition, frame });
    },
    async close() {
      for (const side of [main, before]) for (const { painter } of side?.layers ?? []) await painter.close();
    },
  };
}

/** Waits for layers that are prepared side by side, since most of them wait for a program; none is still at it when one has failed. */
async function prepared(layers: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(layers)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Brings the two sides of a transition together on the chosen target. */
function mix(compositor: Compositor, { transition, frame }: { readonly transition: Transition; readonly frame: number }): void {
  const progress = (frame + 0.5) / transition.frames;
  const { before: from, after: to } = targets;
  const { width, height } = compositor;
  switch (transition.kind) {
    case 'cut':
    case 'dissolve':
      compositor.crossfade({ from, to, progress: eased(progress, 'ease') });
      break;
    case 'fade-black':
    case 'fade-white':
      compositor.draw(compositor.frameBitmap(progress < 0.5 ? from : to), { x: 0, y: 0 });
      compositor.fill({ colour: yuvOfHex(hexOf(transition.color)), opacity: 1 - Math.abs(progress * 2 - 1) });
      break;
    case 'wipe-left':
    case 'wipe-right':
    case 'wipe-up': {
      const direction = transition.kind === 'wipe-left' ? 'left' : transition.kind === 'wipe-right' ? 'right' : 'up';
      compositor.wipe({ from, to, progress: eased(progress, 'ease') }, { direction, softnessPx: Math.round(width * 0.04) });
      break;
    }
    case 'slide-left':
    case 'slide-up': {
      const across = transition.kind === 'slide-left';
      const length = across ? width : height;
      const shift = length * (1 - (1 - progress) ** 3);
      compositor.draw(compositor.frameBitmap(from), across ? { x: -shift, y: 0 } : { x: 0, y: -shift });
      compositor.draw(compositor.frameBitmap(to), across ? { x: length - shift, y: 0 } : { x: 0, y: length - shift });
    }
  }
}

/** `#rgb` as `#rrggbb`. */
export function hexOf(color: string): string {
  return color.length === 4 ? `#${[...color.slice(1)].map((digit) => digit + digit).join('')}` : color;
}
