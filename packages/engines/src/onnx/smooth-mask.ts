import type { SeenFrame } from './frame-mask.ts';
import type { Memory } from './memory.ts';
import type { Plane } from './picture.ts';

/** Frames on either side whose masks speak for a frame. */
export const smoothingReach = 4;
const spreadFrames = 2.2;
/** A change of colour of this size (0..1) makes a neighbour's word count for little: something moved there. */
const movedBy = 0.035;
/** Side, in cells of the mask, of the squares whose change of colour is felt together, with that of the squares around. */
const squareSide = 2;
/** Side, in squares, of the parts of a frame of which it is known whether a mask is everywhere clear or everywhere opaque there. */
const partSide = 4;

/** What a mask is in each part of a frame: 0 clear, 1 opaque, 2 not the same everywhere. */
const mixed = 2;

const known = new WeakMap<Plane, Uint8Array>();

const side = squareSide * partSide;

/** What a mask is in each part; asked of each mask by all its neighbours. */
function partsOf(mask: Plane): Uint8Array {
  const found = known.get(mask);
  if (found !== undefined) return found;
  const { width, height, data } = mask;
  const across = Math.ceil(width / side);
  const parts = new Uint8Array(across * Math.ceil(height / side));
  for (let y = 0, i = 0; y < height; y++) {
    const first = y % side === 0;
    for (let x = 0; x < width; x++, i++) {
      const value = data[i] as number;
      const kind = value === 0 ? 0 : value === 1 ? 1 : mixed;
      const at = Math.floor(y / side) * across + ((x / side) | 0);
      if (first && x % side === 0) parts[at] = kind;
      else if (parts[at] !== kind) parts[at] = mixed;
    }
  }
  known.set(mask, parts);
  return parts;
}

/** Weights of a change of colour in steps of `movedBy / 64`. */
const weightSteps = 64;
const weightTable = Float32Array.from({ length: 6 * weightSteps }, (_, step) => Math.exp(-0.5 * (step / weightSteps) ** 2));

type Neighbour = { readonly frame: SeenFrame; readonly weight: number };
type Part = { readonly left: number; readonly top: number };

/** Sums of the mask's values, and of their weights, as neighbours are heard. */
type Heard = { readonly sum: Float32Array; readonly weights: Float32Array };

/**
 * The mask of a frame as its neighbours in time see it too: a bilateral mean over time, in which a neighbour counts by how near it is and by how
 * little the picture changed there. What stands still stops flickering; a moving edge keeps its own frame's mask and so never lags. It looks as far
 * ahead as back and no further, so that pieces of a clip cut out by themselves meet without a seam.
 */
export function smoothMask(frames: readonly SeenFrame[], { at, memory }: { readonly at: number; readonly memory: Memory }): Plane {
  const own = frames[at];
  if (own === undefined) throw new RangeError(`frame ${at} of ${frames.length} does not exist`);
  const neighbours = frames.flatMap((frame, index): readonly Neighbour[] => {
    const away = index - at;
    if (away === 0 || Math.abs(away) > smoothingReach) return [];
    return [{ frame, weight: Math.exp(-(away * away) / (2 * spreadFrames * spreadFrames)) }];
  });
  const { width, height } = own.mask;
  const data = memory.floats('smoothed', width * height);
  data.set(own.mask.data);
  const across = Math.ceil(width / side);
  const ownParts = partsOf(own.mask);
  const others = neighbours.map(({ frame }) => partsOf(frame.mask));
  const heard: Heard = { sum: new Float32Array(side * side), weights: new Float32Array(side * side) };
  const felt = new Float32Array((partSide + 2) ** 2);
  for (let part = 0; part < ownParts.length; part++) {
    const kind = ownParts[part] as number;
    if (kind !== mixed && others.every((parts) => parts[part] === kind)) continue;
    const place = { left: (part % across) * side, top: Math.floor(part / across) * side };
    heard.sum.fill(0);
    heard.weights.fill(1);
    for (const { frame, weight } of neighbours) hear({ own, other: frame, weight, place, felt, heard });
    for (let y = place.top; y < Math.min(height, place.top + side); y++)
      for (let x = place.left; x < Math.min(width, place.left + side); x++) {
        const cell = (y - place.top) * side + x - place.left;
        const i = y * width + x;
        data[i] = ((data[i] as number) + (heard.sum[cell] as number)) / (heard.weights[cell] as number);
      }
  }
  return { ...own.mask, data };
}

type Hearing = {
  readonly own: SeenFrame;
  readonly other: SeenFrame;
  readonly weight: number;
  readonly place: Part;
  readonly felt: Float32Array;
  readonly heard: Heard;
};

/** Adds what one neighbour says of a part of the frame. */
function hear({ own, other, weight, place, felt, heard }: Hearing): void {
  feel({ own, other, place, felt });
  const { width, height, data } = other.mask;
  const row = partSide + 2;
  for (let squareY = 0; squareY < partSide; squareY++)
    for (let squareX = 0; squareX < partSide; squareX++) {
      let sum = 0;
      let count = 0;
      for (let y = squareY; y < squareY + 3; y++)
        for (let x = squareX; x < squareX + 3; x++) {
          const change = felt[y * row + x] as number;
          if (change < 0) continue;
          sum += change;
          count++;
        }
      if (count === 0) continue;
      const counts = weight * (weightTable[Math.min(weightTable.length - 1, (sum * weightSteps) / (count * movedBy)) | 0] as number);
      const top = place.top + squareY * squareSide;
      const left = place.left + squareX * squareSide;
      for (let y = top; y < Math.min(height, top + squareSide); y++)
        for (let x = left; x < Math.min(width, left + squareSide); x++) {
          const cell = (y - place.top) * side + x - place.left;
          heard.sum[cell] = (heard.sum[cell] as number) + counts * (data[y * width + x] as number);
          heard.weights[cell] = (heard.weights[cell] as number) + counts;
        }
    }
}

/** Puts the mean change of colour, 0..1, of a part's squares and those around it into `felt`; -1 where the picture ends. */
function feel({ own, other, place, felt }: Pick<Hearing, 'own' | 'other' | 'place' | 'felt'>): void {
  const { width, height, rgba } = own.small;
  const later = other.small.rgba;
  for (let squareY = -1, at = 0; squareY <= partSide; squareY++)
    for (let squareX = -1; squareX <= partSide; squareX++, at++) {
      const top = place.top + squareY * squareSide;
      const left = place.left + squareX * squareSide;
      const bottom = Math.min(height, top + squareSide);
      const right = Math.min(width, left + squareSide);
      if (top < 0 || left < 0 || top >= bottom || left >= right) {
        felt[at] = -1;
        continue;
      }
      let sum = 0;
      for (let y = top; y < bottom; y++)
        for (let i = (y * width + left) * 4, end = (y * width + right) * 4; i < end; i += 4)
          sum +=
            Math.abs((rgba[i] as number) - (later[i] as number)) +
            Math.abs((rgba[i + 1] as number) - (later[i + 1] as number)) +
            Math.abs((rgba[i + 2] as number) - (later[i + 2] as number));
      felt[at] = sum / (765 * (bottom - top) * (right - left));
    }
}
