import type { SubjectSample } from '@filmwright/contracts';
import { keepInView, keepOf } from './framing.ts';

/** Where the middle of the view stands from a moment on, in shares of the picture; it goes evenly from one to the next, and at once where `cut`. */
export type TrackPoint = { readonly atMs: number; readonly x: number; readonly y: number; readonly cut: boolean };

export type FollowInput = {
  /** In order of time. */
  readonly samples: readonly SubjectSample[];
  readonly cutsMs: readonly number[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** Share of the picture that the frame shows. */
  readonly shown: { readonly x: number; readonly y: number };
};

/** A subject this near to the middle of the frame, as a share of what is shown, need not be followed. */
const restShare = 0.3;
/** How fast the view moves at most, in widths of the view a second. */
const fastest = 0.3;
/** Standard deviation of the smoothing, in milliseconds. */
const smoothMs = 900;

/** How the view follows what a clip shows: it stands still in every scene in which it can, pans gently where it must, and starts anew at every cut. */
export function followSubject({ samples, cutsMs, fromMs, untilMs, shown }: FollowInput): readonly TrackPoint[] {
  const cuts = cutsMs.filter((ms) => ms > fromMs && ms < untilMs);
  const starts = [fromMs, ...cuts];
  return starts.flatMap((start, number) => {
    const end = starts[number + 1] ?? untilMs;
    const scene = samples.filter(({ atMs }) => atMs >= start - 1 && atMs < end);
    return followScene(scene, { start, end, shown }).map((point, at) => ({ ...point, cut: at === 0 && number > 0 }));
  });
}

type Scene = { readonly start: number; readonly end: number; readonly shown: FollowInput['shown'] };
type Wanted = { readonly atMs: number; readonly at: number; readonly low: number; readonly high: number };

function followScene(samples: readonly SubjectSample[], { start, end, shown }: Scene): readonly Omit<TrackPoint, 'cut'>[] {
  const known = samples.filter((sample) => keepOf(sample) !== null);
  const people = known.filter(({ kind }) => kind === 'people');
  // People come before what merely strikes the eye, which jumps about.
  const used = people.length * 3 >= samples.length ? people : known;
  const moving = used === people && people.length > 0;
  const x = followSide(
    used.map((sample) => wantedOf(sample, { side: 'x', shown })),
    { start, end, shown: shown.x, moving },
  );
  const y = followSide(
    used.map((sample) => wantedOf(sample, { side: 'y', shown })),
    { start, end, shown: shown.y, moving },
  );
  const times = [...new Set([...x, ...y].map(({ atMs }) => atMs))].sort((a, b) => a - b);
  return times.map((atMs) => ({ atMs, x: valueAt(x, atMs), y: valueAt(y, atMs) }));
}

/** Where a moment's subject wants the view along one side, and between which places it may stand without cutting it. */
function wantedOf(sample: SubjectSample, { side, shown }: { readonly side: 'x' | 'y'; readonly shown: FollowInput['shown'] }): Wanted {
  const keep = keepOf(sample) ?? { point: [0.5, 0.5] as const, box: null, head: null };
  const at = keepInView({ zoom: 1, x: keep.point[0], y: keep.point[1] }, { keep, shown })[side];
  const [view, half] = [shown[side], shown[side] / 2];
  const box = sample.head ?? keep.box;
  const length = side === 'x' ? 'width' : 'height';
  if (box === null || box[length] > view) return { atMs: sample.atMs, at, low: at - view * restShare, high: at + view * restShare };
  return { atMs: sample.atMs, at, low: Math.min(at, box[side] + box[length] - half), high: Math.max(at, box[side] + half) };
}

type Side = { readonly start: number; readonly end: number; readonly shown: number; readonly moving: boolean };
type Place = { readonly atMs: number; readonly value: number };

function followSide(wanted: readonly Wanted[], { start, end, shown, moving }: Side): readonly Place[] {
  const inside = (value: number): number => (shown >= 1 ? 0.5 : Math.min(1 - shown / 2, Math.max(shown / 2, value)));
  if (wanted.length === 0 || shown >= 0.999) return [{ atMs: start, value: 0.5 }];
  const middle = median(wanted.map(({ at }) => at));
  const low = Math.max(...wanted.map((one) => one.low));
  const high = Math.min(...wanted.map((one) => one.high));
  if (low <= high || !moving) return [{ atMs: start, value: inside(low <= high ? Math.min(high, Math.max(low, middle)) : middle) }];
  const steady = wanted.map((one, at) => ({
    atMs: one.atMs,
    value: median(wanted.slice(Math.max(0, at - 1), at + 2).map((near) => near.at)),
  }));
  const stepMs = 250;
  const count = Math.max(1, Math.ceil((end - start) / stepMs));
  const times = Array.from({ length: count + 1 }, (_, at) => Math.min(end, start + at * stepMs));
  const smooth = times.map((atMs) => ({ atMs, value: inside(smoothAt(steady, atMs)) }));
  const most = (fastest * shown * stepMs) / 1000;
  const limited = (places: readonly Place[]): readonly Place[] => {
    let last = places[0]?.value ?? 0.5;
    return places.map(({ atMs, value }) => {
      last += Math.min(most, Math.max(-most, value - last));
      return { atMs, value: last };
    });
  };
  const there = limited(smooth);
  const back = [...limited([...smooth].reverse())].reverse();
  return there.map(({ atMs, value }, at) => ({ atMs, value: inside((value + (back[at]?.value ?? value)) / 2) }));
}

/** Mean of the values around a moment, weighted by a Gaussian of time. */
function smoothAt(places: readonly Place[], atMs: number): number {
  let [sum, weights] = [0, 0];
  for (const place of places) {
    const weight = Math.exp(-0.5 * ((place.atMs - atMs) / smoothMs) ** 2) + 1e-9;
    sum += place.value * weight;
    weights += weight;
  }
  return sum / weights;
}

function valueAt(places: readonly Place[], atMs: number): number {
  const next = places.findIndex((place) => place.atMs > atMs);
  const before = places[next < 0 ? places.length - 1 : Math.max(0, next - 1)];
  const after = next <= 0 ? before : places[next];
  if (before === undefined || after === undefined) return 0.5;
  if (after.atMs <= before.atMs) return before.value;
  return before.value + ((after.value - before.value) * (atMs - before.atMs)) / (after.atMs - before.atMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0.5;
}
