import type { SeenFrame } from './frame-mask.ts';
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

/** What is known of how much the colours of squares change between a neighbour and the frame. */
type Neighbour = { readonly frame: SeenFrame; readonly weight: number; readonly felt: Float32Array };
type Part = { readonly left: number; readonly top: number };

/** By the earlier and the later of two frames, as each of them will ask: changes of squares, and 1 more than that; 0 is not known yet. */
const feltBetween = new WeakMap<SeenFrame, WeakMap<SeenFrame, Float32Array>>();

const squaresOf = ({ small }: SeenFrame) => ({
  across: Math.ceil(small.width / squareSide),
  down: Math.ceil(small.height / squareSide),
});

function feltOf(earlier: SeenFrame, later: SeenFrame): Float32Array {
  const known = feltBetween.get(earlier) ?? new WeakMap<SeenFrame, Float32Array>();
  feltBetween.set(earlier, known);
  const { across, down } = squaresOf(earlier);
  const felt = known.get(later) ?? new Float32Array(across * down);
  known.set(later, felt);
  return felt;
}

/** Sums of the mask's values, and of their weights, as neighbours are heard. */
type Heard = { readonly sum: Float32Array; readonly weights: Float32Array };

/**
 * The mask of a frame as its neighbours in time see it too: a bilateral mean over time, in which a neighbour counts by how near it is and by how
 * little the picture changed there. What stands still stops flickering; a moving edge keeps its own frame's mask and so never lags. It looks as far
 * ahead as back and no further, so that pieces of a clip cut out by themselves meet without a seam. Written into the memory given, of a mask's size.
 */
export function smoothMask(frames: readonly SeenFrame[], { at, into }: { readonly at: number; readonly into: Float32Array }): Plane {
  const own = frames[at];
  if (own === undefined) throw new RangeError(`frame ${at} of ${frames.length} does not exist`);
  const neighbours = frames.flatMap((frame, index): readonly Neighbour[] => {
    const away = index - at;
    if (away === 0 || Math.abs(away) > smoothingReach) return [];
    const felt = away < 0 ? feltOf(frame, own) : feltOf(own, frame);
    return [{ frame, weight: Math.exp(-(away * away) / (2 * spreadFrames * spreadFrames)), felt }];
  });
  const { width, height } = own.mask;
  const data = into;
  data.set(own.mask.data);
  const across = Math.ceil(width / side);
  const ownParts = partsOf(own.mask);
  const others = neighbours.map(({ frame }) => partsOf(frame.mask));
  const heard: Heard = { sum: new Float32Array(side * side), weights: new Float32Array(side * side) };
  const around = new Float32Array((partSide + 2) ** 2);
  for (let part = 0; part < ownParts.length; part++) {
    const kind = ownParts[part] as number;
    if (kind !== mixed && others.every((parts) => parts[part] === kind)) continue;
    const place = { left: (part % across) * side, top: Math.floor(part / across) * side };
    heard.sum.fill(0);
    heard.weights.fill(1);
    for (const neighbour of neighbours) hear({ own, neighbour, place, around, heard });
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
  readonly neighbour: Neighbour;
  readonly place: Part;
  readonly around: Float32Array;
  readonly heard: Heard;
};

/** Adds what one neighbour says of a part of the frame. */
function hear({ own, neighbour, place, around, heard }: Hearing): void {
  feel({ own, neighbour, place, around });
  const { width, height, data } = neighbour.frame.mask;
  const row = partSide + 2;
  for (let squareY = 0; squareY < partSide; squareY++)
    for (let squareX = 0; squareX < partSide; squareX++) {
      let sum = 0;
      let count = 0;
      for (let y = squareY; y < squareY + 3; y++)
        for (let x = squareX; x < squareX + 3; x++) {
          const change = around[y * row + x] as number;
          if (change < 0) continue;
          sum += change;
          count++;
        }
      if (count === 0) continue;
      const step = Math.min(weightTable.length - 1, (sum * weightSteps) / (count * movedBy)) | 0;
      const counts = neighbour.weight * (weightTable[step] as number);
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

/** Puts the mean change of colour, 0..1, of a part's squares and those around it into `around`; -1 where the picture ends. */
function feel({ own, neighbour: { frame, felt }, place, around }: Omit<Hearing, 'heard'>): void {
  const { across, down } = squaresOf(own);
  const [first, above] = [place.left / squareSide - 1, place.top / squareSide - 1];
  for (let y = above, at = 0; y < above + partSide + 2; y++)
    for (let x = first; x < first + partSide + 2; x++, at++) {
      if (x < 0 || y < 0 || x >= across || y >= down) {
        around[at] = -1;
        continue;
      }
      const square = y * across + x;
      if (felt[square] === 0) felt[square] = 1 + changeOf(own, frame, { x, y });
      around[at] = (felt[square] as number) - 1;
    }
}

/** The mean change of colour of a square, 0..1. */
function changeOf(
  { small: { width, height, rgba } }: SeenFrame,
  { small }: SeenFrame,
  { x, y }: { readonly x: number; readonly y: number },
): number {
  const bottom = Math.min(height, (y + 1) * squareSide);
  const [left, right] = [x * squareSide, Math.min(width, (x + 1) * squareSide)];
  const later = small.rgba;
  let sum = 0;
  for (let row = y * squareSide; row < bottom; row++)
    for (let i = (row * width + left) * 4, end = (row * width + right) * 4; i < end; i += 4)
      sum +=
        Math.abs((rgba[i] as number) - (later[i] as number)) +
        Math.abs((rgba[i + 1] as number) - (later[i + 1] as number)) +
        Math.abs((rgba[i + 2] as number) - (later[i + 2] as number));
  return sum / (765 * (bottom - y * squareSide) * (right - left));
}
