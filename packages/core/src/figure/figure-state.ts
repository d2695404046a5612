import type { FigurePerformance, FigureState, Joint, Rig, RigPose, Viseme } from '@filmwright/contracts';
import { blinkAt } from './blinks.ts';
import { gentle, numberAt, type TrackKey, weightsAt } from './ease-track.ts';
import { facingAt } from './facing-at.ts';
import { wander } from './seeded.ts';

const poseSeconds = 0.6;
const emotionSeconds = 0.35;
const turnSeconds = 0.45;
const nodSeconds = 0.5;
const gazeSeconds = 0.09;
/** Each joint follows its parent by so much: the hand arrives last. */
const lagSeconds = 0.035;
const breathSeconds = 3.8;

type Weighted = readonly (readonly [RigPose, number])[];

/** The figure at a shot-relative frame (fractions allowed); the same rig, performance and frame always give the same state. */
export function figureState(rig: Rig, performance: FigurePerformance, frame: number): FigureState {
  const { fps, seed } = performance;
  const seconds = frame / fps;
  const depths = partDepths(rig);
  const posesAt = (at: number): Weighted => [...poseWeights(rig, performance, at), ...cycleWeights(rig, performance, at)];
  const byDepth = new Map<number, Weighted>();
  const posesOf = (part: string): Weighted => {
    const depth = depths.get(part) ?? 0;
    const found = byDepth.get(depth) ?? posesAt(frame - depth * lagSeconds * fps);
    byDepth.set(depth, found);
    return found;
  };
  const joints: Record<string, Joint> = {};
  const drawings: Record<string, Record<string, number>> = {};
  const orders: Record<string, number> = {};
  for (const part of rig.parts) {
    const poses = posesOf(part.name);
    const joint = mixedJoint(part.name, poses);
    if (joint !== null) joints[part.name] = joint;
    const weights: Record<string, number> = {};
    let heaviest = 0;
    for (const [pose, weight] of poses) {
      const drawing = pose.drawings[part.name];
      if (drawing !== undefined) weights[drawing] = (weights[drawing] ?? 0) + weight;
      if (weight <= heaviest) continue;
      heaviest = weight;
      const order = pose.orders[part.name];
      if (order === undefined) delete orders[part.name];
      else orders[part.name] = order;
    }
    if (Object.keys(weights).length > 0) drawings[part.name] = weights;
  }
  const { facing, away, width } = facingAt(performance, frame);
  const turns = keysOf(performance.turns, { value: (key) => key.turn, lengthFrames: turnSeconds * fps });
  return {
    facing,
    ...(width === 1 ? {} : { width }),
    joints,
    drawings,
    orders,
    visemes: visemesAt(performance, frame),
    emotions: emotionsAt(performance, frame),
    blink: blinkAt(seed, seconds),
    gaze: gazeAt(performance, frame),
    turn: clamp((numberAt(turns, { frame, rest: 0 }) + 0.09 * wander(seed + 11, seconds)) * (1 - away) - away),
    nod: nodAt(performance, frame) + 0.06 * wander(seed + 12, seconds),
    breath: Math.sin((2 * Math.PI * seconds) / breathSeconds + seed),
    sway: wander(seed + 13, seconds),
  };
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

type Timed = { readonly frame: number; readonly lengthFrames?: number | undefined };
type KeyRules<K, T> = { readonly value: (key: K) => T; readonly lengthFrames: number };

function keysOf<K extends Timed, T>(track: readonly K[], { value, lengthFrames }: KeyRules<K, T>): readonly TrackKey<T>[] {
  return track.map((key) => ({ frame: key.frame, value: value(key), lengthFrames: key.lengthFrames ?? lengthFrames }));
}

function partDepths(rig: Rig): ReadonlyMap<string, number> {
  const parents = new Map(rig.parts.map((part) => [part.name, part.parent]));
  const depths = new Map<string, number>();
  for (const part of rig.parts) {
    let depth = 0;
    for (let at = part.parent; at !== undefined; at = parents.get(at)) depth++;
    depths.set(part.name, depth);
  }
  return depths;
}

const still: RigPose = { joints: {}, drawings: {}, orders: {} };

function restPose(rig: Rig): RigPose {
  return rig.poses['neutral'] ?? still;
}

function cycleShare(
  { startFrame, endFrame }: { readonly startFrame: number; readonly endFrame: number },
  frame: number,
  fps: number,
): number {
  const easeFrames = 0.25 * fps;
  return gentle((frame - startFrame) / easeFrames) * (1 - gentle((frame - endFrame + easeFrames) / easeFrames));
}

function poseWeights(rig: Rig, performance: FigurePerformance, frame: number): Weighted {
  const { fps } = performance;
  const keys = keysOf(performance.poses, { value: (key) => rig.poses[key.pose] ?? still, lengthFrames: poseSeconds * fps });
  const left = performance.cycles.reduce((share, cycle) => share * (1 - cycleShare(cycle, frame, fps)), 1);
  return weightsAt(keys, { frame, rest: restPose(rig) }).map(([pose, weight]) => [pose, weight * left]);
}

function cycleWeights(rig: Rig, performance: FigurePerformance, frame: number): Weighted {
  return performance.cycles.flatMap((cycle): Weighted => {
    const share = cycleShare(cycle, frame, performance.fps);
    const poses = rig.cycles[cycle.cycle]?.poses ?? [];
    if (share === 0 || poses.length === 0) return [];
    const at = (((frame - cycle.startFrame) / cycle.cycleFrames) % 1) * poses.length;
    const count = poses.length;
    const index = Math.floor(at);
    const between = at - index;
    // Uniform cubic B-spline weights: the poses are passed without a corner.
    const spread = [
      (1 - between) ** 3,
      3 * between ** 3 - 6 * between ** 2 + 4,
      -3 * between ** 3 + 3 * between ** 2 + 3 * between + 1,
      between ** 3,
    ];
    return spread.map((weight, step): readonly [RigPose, number] => [
      rig.poses[poses[(((index + step - 1) % count) + count) % count] ?? ''] ?? still,
      (share * weight) / 6,
    ]);
  });
}

function mixedJoint(part: string, poses: Weighted): Joint | null {
  let [rotate, x, y, stretch] = [0, 0, 0, 0];
  let total = 0;
  let last: number | null = null;
  // The bone as a vector: mixed over a wide turn it grows short, as an arm does that is swung past in front of the body.
  let [across, along] = [0, 0];
  for (const [pose, weight] of poses) {
    const joint = pose.joints[part] ?? { rotate: 0, x: 0, y: 0, stretch: 1 };
    // From each pose to the next a joint goes the shorter way round.
    const angle: number = last === null ? joint.rotate : joint.rotate - 360 * Math.round((joint.rotate - last) / 360);
    last = angle;
    total += weight;
    rotate += angle * weight;
    x += joint.x * weight;
    y += joint.y * weight;
    stretch += joint.stretch * weight;
    across += Math.sin((angle * Math.PI) / 180) * joint.stretch * weight;
    along += Math.cos((angle * Math.PI) / 180) * joint.stretch * weight;
  }
  stretch += 1 - total;
  along += 1 - total;
  stretch += (Math.hypot(across, along) - stretch) * 0.65;
  return rotate === 0 && x === 0 && y === 0 && stretch === 1 ? null : { rotate, x, y, stretch };
}

/** Weights of the mouth's shapes at a frame; what is missing to 1 is the resting mouth. */
export function visemesAt({ visemes, fps }: Pick<FigurePerformance, 'visemes' | 'fps'>, frame: number): Partial<Record<Viseme, number>> {
  // A mouth takes about 90 ms to a new shape and is half way there at its key: the shapes overlap as in speech.
  const length = 0.09 * fps;
  const keys = visemes.map((key) => ({ frame: key.frame - length / 2, value: key, lengthFrames: length }));
  const found: Partial<Record<Viseme, number>> = {};
  for (const [key, weight] of weightsAt<FigurePerformance['visemes'][number] | null>(keys, { frame, rest: null })) {
    if (key !== null) found[key.viseme] = (found[key.viseme] ?? 0) + weight * key.open;
  }
  return found;
}

function emotionsAt({ emotions, fps }: FigurePerformance, frame: number): Record<string, number> {
  const keys = keysOf(emotions, { value: (key) => key, lengthFrames: emotionSeconds * fps });
  const found: Record<string, number> = {};
  for (const [key, weight] of weightsAt<FigurePerformance['emotions'][number] | null>(keys, { frame, rest: null })) {
    if (key !== null) found[key.emotion] = (found[key.emotion] ?? 0) + weight * key.weight;
  }
  return found;
}

function gazeAt({ gaze, fps, seed }: FigurePerformance, frame: number): FigureState['gaze'] {
  const lengthFrames = gazeSeconds * fps;
  const x = keysOf(gaze, { value: (key) => key.x, lengthFrames });
  const y = keysOf(gaze, { value: (key) => key.y, lengthFrames });
  const seconds = frame / fps;
  return {
    x: clamp(numberAt(x, { frame, rest: 0 }) + 0.06 * wander(seed + 14, seconds)),
    y: clamp(numberAt(y, { frame, rest: 0 }) + 0.05 * wander(seed + 15, seconds)),
  };
}

/** Down and back again, a little slower on the way back. */
function nodAt({ nods, fps }: FigurePerformance, frame: number): number {
  let sum = 0;
  for (const nod of nods) {
    const share = (frame - nod.frame) / (nod.lengthFrames ?? nodSeconds * fps);
    if (share > 0 && share < 1) sum += nod.depth * (share < 0.4 ? gentle(share / 0.4) : 1 - gentle((share - 0.4) / 0.6));
  }
  return Math.min(1.5, sum);
}
