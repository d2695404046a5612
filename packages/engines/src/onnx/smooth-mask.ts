import { boxMean } from './box-mean.ts';
import type { SeenFrame } from './frame-mask.ts';
import type { Plane } from './picture.ts';

/** Frames on either side whose masks speak for a frame. */
export const smoothingReach = 4;
const spreadFrames = 2.2;
/** A change of colour of this size (0..1) makes a neighbour's word count for little: something moved there. */
const movedBy = 0.035;
/** Radius, in pixels of the mask, over which a change of colour is felt. */
const feltPx = 2;

/** Differences found before: each of two frames asks for theirs. */
const known = new WeakMap<SeenFrame, WeakMap<SeenFrame, Float32Array>>();

/** Mean difference of colour of two frames around every pixel, 0..1; it is the same from either side. */
function difference(one: SeenFrame, other: SeenFrame): Float32Array {
  const found = known.get(other)?.get(one);
  if (found !== undefined) return found;
  const apart = differenceOf(one, other);
  const ofOne = known.get(one) ?? new WeakMap<SeenFrame, Float32Array>();
  known.set(one, ofOne.set(other, apart));
  return apart;
}

function differenceOf(one: SeenFrame, other: SeenFrame): Float32Array {
  const { width, height } = one.small;
  const apart = new Float32Array(width * height);
  for (let i = 0; i < apart.length; i++) {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += Math.abs((one.small.rgba[i * 4 + c] as number) - (other.small.rgba[i * 4 + c] as number));
    apart[i] = sum / 765;
  }
  return boxMean(apart, { width, height }, feltPx);
}

/**
 * The mask of a frame as its neighbours in time see it too: a bilateral mean over time, in which a neighbour counts by how near it is and by how
 * little the picture changed there. What stands still stops flickering; a moving edge keeps its own frame's mask and so never lags. It looks as far
 * ahead as back and no further, so that pieces of a clip cut out by themselves meet without a seam.
 */
export function smoothMask(frames: readonly SeenFrame[], at: number): Plane {
  const own = frames[at];
  if (own === undefined) throw new RangeError(`frame ${at} of ${frames.length} does not exist`);
  const sum = own.mask.data.slice();
  const weights = new Float32Array(sum.length).fill(1);
  for (const [index, other] of frames.entries()) {
    const away = index - at;
    if (away === 0 || Math.abs(away) > smoothingReach) continue;
    const near = Math.exp(-(away * away) / (2 * spreadFrames * spreadFrames));
    const apart = difference(own, other);
    for (let i = 0; i < sum.length; i++) {
      const moved = (apart[i] as number) / movedBy;
      const weight = near * Math.exp(-0.5 * moved * moved);
      sum[i] = (sum[i] as number) + weight * (other.mask.data[i] as number);
      weights[i] = (weights[i] as number) + weight;
    }
  }
  return { ...own.mask, data: sum.map((value, i) => value / (weights[i] as number)) };
}
