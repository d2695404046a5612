import { millisecondsOf } from '../film/frames.ts';
import { memberOf } from './otio-values.ts';

/** A shot as its document writes it. */
export type RawShot = Readonly<Record<string, unknown>>;

/** A length as documents write it: whole seconds as `4s`, else frames. */
export function lengthText(frames: number, fps: number): string {
  return frames % fps === 0 ? `${frames / fps}s` : `${frames}f`;
}

export function withoutKeys(shot: RawShot, keys: readonly string[]): RawShot {
  return Object.fromEntries(Object.entries(shot).filter(([key]) => !keys.includes(key)));
}

/** The shot with its clip starting so many frames later (or earlier, for less than none); the same shot where it shows no clip. */
export function laterFrom(shot: RawShot, { frames, fps }: { readonly frames: number; readonly fps: number }): RawShot {
  const later = (clip: object): object => {
    const from = memberOf(clip, 'from');
    const speed = memberOf(clip, 'speed');
    const beforeMs = typeof from === 'string' ? millisecondsOf(from, fps) : 0;
    const ms = Math.max(0, Math.round(beforeMs + (frames * 1000 * (typeof speed === 'number' ? speed : 1)) / fps));
    return { ...clip, from: `${ms}ms` };
  };
  const { visual } = shot;
  if (typeof visual !== 'object' || visual === null) return shot;
  if (typeof memberOf(visual, 'clip') === 'string') return { ...shot, visual: later(visual) };
  const background = memberOf(visual, 'background');
  if (typeof background !== 'object' || background === null || typeof memberOf(background, 'clip') !== 'string') return shot;
  return { ...shot, visual: { ...visual, background: later(background) } };
}
