import { millisecondsOf } from '../film/frames.ts';

/** A shot as its document writes it. */
export type RawShot = Readonly<Record<string, unknown>>;

/** A length as documents write it: whole seconds as `4s`, else frames. */
export function lengthText(frames: number, fps: number): string {
  return frames % fps === 0 ? `${frames / fps}s` : `${frames}f`;
}

export function withoutKeys(shot: RawShot, keys: readonly string[]): RawShot {
  return Object.fromEntries(Object.entries(shot).filter(([key]) => !keys.includes(key)));
}

/** Where a visual may have clips beside itself. */
const innerPlaces = ['background', 'subject', 'screen'] as const;

/** The shot with its clips changed by `change`; the same shot where it shows none. */
function withClips(shot: RawShot, change: (clip: RawShot, place: string) => RawShot): RawShot {
  const visual = shot['visual'];
  if (!isRaw(visual)) return shot;
  const changed = typeof visual['clip'] === 'string' ? change(visual, 'visual') : visual;
  const inner = innerPlaces.flatMap((place) => {
    const value = visual[place];
    const after = isRaw(value) && typeof value['clip'] === 'string' ? change(value, `visual.${place}`) : value;
    return after === value ? [] : [[place, after] as const];
  });
  return changed === visual && inner.length === 0 ? shot : { ...shot, visual: { ...changed, ...Object.fromEntries(inner) } };
}

/** The shot with its clips starting so many frames later (or earlier, for less than none); the same shot where it shows none. */
export function laterFrom(shot: RawShot, { frames, fps }: { readonly frames: number; readonly fps: number }): RawShot {
  return withClips(shot, (clip) => {
    const { from, speed } = clip as { readonly from?: unknown; readonly speed?: unknown };
    const beforeMs = typeof from === 'string' ? millisecondsOf(from, fps) : 0;
    const ms = Math.max(0, Math.round(beforeMs + (frames * 1000 * (typeof speed === 'number' ? speed : 1)) / fps));
    return { ...clip, from: `${ms}ms` };
  });
}

/** The shot with the clip that it shows playing so many times faster; the same shot where it shows none, or could not have that speed. */
export function faster(shot: RawShot, factor: number): RawShot {
  return withClips(shot, (clip, place) => {
    const before = typeof clip['speed'] === 'number' ? clip['speed'] : 1;
    const speed = Math.round(before * factor * 1e4) / 1e4;
    return place !== 'visual' || speed < 0.25 || speed > 4 ? clip : { ...clip, speed };
  });
}

/** The shot with those of its clips made silent whose places in the shot are given, such as `visual.background`. */
export function silentClips(shot: RawShot, places: ReadonlySet<string>): RawShot {
  return withClips(shot, (clip, place) => (places.has(place) && 'sound' in clip ? withoutKeys(clip, ['sound']) : clip));
}

function isRaw(value: unknown): value is RawShot {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
