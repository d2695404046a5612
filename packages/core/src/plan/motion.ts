import type { Easing, Motion, MotionName, Path } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';

/** What part of a picture is seen: `zoom` 1 shows as much as covers the frame, `x`, `y` are the centre of the view as shares of the picture. */
export type View = { readonly zoom: number; readonly x: number; readonly y: number };
/** A move of the view over a shot; `parallax` is how much more a subject moves than what is behind it. */
export type Move = { readonly from: View; readonly to: View; readonly ease: Easing; readonly parallax: number };

type NamedMove = { readonly name: MotionName; readonly amount: number; readonly focus: readonly [number, number] };

/** The move that a shot's motion asks for; without one, `fallback` at a gentle amount. */
export function moveOf(
  motion: Motion | undefined,
  { fallback, focus }: { readonly fallback: MotionName; readonly focus: readonly [number, number] | undefined },
): Move {
  const around = focus ?? [0.5, 0.5];
  if (motion === undefined || typeof motion === 'string') {
    return { ...namedMove({ name: motion ?? fallback, amount: 0.1, focus: around }), ease: 'ease', parallax: 0.5 };
  }
  const named = namedMove({ name: motion.move ?? (motion.from || motion.to ? 'none' : fallback), amount: motion.amount, focus: around });
  const view = (given: typeof motion.from, otherwise: View): View =>
    given === undefined ? otherwise : { zoom: given.zoom, x: given.center[0], y: given.center[1] };
  return { from: view(motion.from, named.from), to: view(motion.to, named.to), ease: motion.ease, parallax: motion.parallax };
}

function namedMove({ name, amount, focus }: NamedMove): { readonly from: View; readonly to: View } {
  const [x, y] = focus;
  const near: View = { zoom: 1 + amount, x, y };
  const far: View = { zoom: 1, x, y };
  const shifted = (dx: number, dy: number): View => ({ zoom: 1 + amount, x: x + dx * amount, y: y + dy * amount });
  switch (name) {
    case 'none':
      return { from: far, to: far };
    case 'zoom-in':
      return { from: far, to: near };
    case 'zoom-out':
      return { from: near, to: far };
    case 'pan-left':
      return { from: shifted(0.5, 0), to: shifted(-0.5, 0) };
    case 'pan-right':
      return { from: shifted(-0.5, 0), to: shifted(0.5, 0) };
    case 'pan-up':
      return { from: shifted(0, 0.5), to: shifted(0, -0.5) };
    case 'pan-down':
      return { from: shifted(0, -0.5), to: shifted(0, 0.5) };
    case 'drift':
      return {
        from: { zoom: 1 + amount * 0.5, x: x - amount * 0.2, y: y + amount * 0.12 },
        to: { zoom: 1 + amount * 0.8, x: x + amount * 0.2, y: y - amount * 0.12 },
      };
  }
}

/** A move for a picture that names none: the same for the same picture in whatever folder, different between pictures and from one take to the next. */
export function defaultMotion(file: string, take = 1): MotionName {
  const names = ['zoom-in', 'drift', 'zoom-out', 'pan-left', 'zoom-in', 'pan-right'] as const;
  let sum = 0;
  for (const char of file.slice(file.lastIndexOf('/') + 1)) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return names[(sum + take - 1) % names.length] as MotionName;
}

export type Placement = { readonly prepared: Size; readonly x: Path; readonly y: Path; readonly scale: Path };
export type CoverInput = {
  readonly picture: Size;
  readonly frame: Size;
  readonly move: Move;
  readonly untilFrame: number;
  readonly fit: 'cover' | 'contain';
};

/** Places a picture so that it covers (or fits into) the frame all along the move; it is prepared at its largest size, so it is never enlarged while it moves. */
export function placePicture({ picture, frame, move, untilFrame, fit }: CoverInput): Placement {
  const ratios = [frame.width / picture.width, frame.height / picture.height] as const;
  const base = fit === 'cover' ? Math.max(...ratios) : Math.min(...ratios);
  const top = Math.max(move.from.zoom, move.to.zoom, 0.01);
  const prepared = {
    width: Math.max(2, Math.round(picture.width * base * top)),
    height: Math.max(2, Math.round(picture.height * base * top)),
  };
  const at = (view: View) => {
    const scale = view.zoom / top;
    const width = prepared.width * scale;
    const height = prepared.height * scale;
    return {
      scale: Math.max(scale, fit === 'cover' ? Math.max(frame.width / prepared.width, frame.height / prepared.height) : 0),
      x: center(view.x, { length: width, frame: frame.width }),
      y: center(view.y, { length: height, frame: frame.height }),
    };
  };
  const from = at(move.from);
  const to = at(move.to);
  return {
    prepared,
    x: path(from.x, { to: to.x, untilFrame, ease: move.ease }),
    y: path(from.y, { to: to.y, untilFrame, ease: move.ease }),
    scale: path(from.scale, { to: to.scale, untilFrame, ease: move.ease }),
  };
}

/** Where the centre of a side of `length` stands so that the share `at` of it is in the middle of the frame, without showing past its ends. */
function center(at: number, { length, frame }: { readonly length: number; readonly frame: number }): number {
  const free = Math.max(0, (length - frame) / 2);
  const shift = (0.5 - at) * length;
  return frame / 2 + Math.min(free, Math.max(-free, shift));
}

/** A path from `from` at frame 0 to `to` at `untilFrame`; a single key when it does not move. */
export function path(
  from: number,
  { to, untilFrame, ease }: { readonly to: number; readonly untilFrame: number; readonly ease: Easing },
): Path {
  const start = { frame: 0, value: round(from), ease: 'linear' } as const;
  return round(from) === round(to) || untilFrame < 1 ? [start] : [start, { frame: untilFrame, value: round(to), ease }];
}

/** A path that stays at one value. */
export function steady(value: number): Path {
  return [{ frame: 0, value: round(value), ease: 'linear' }];
}

/** Six decimals: far below a hundredth of a pixel, and the same text on every machine. */
export function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
