import type { MaskUse } from '@filmwright/contracts';
import { boxMean } from './box-mean.ts';
import type { Plane } from './picture.ts';

/** `pixels` are places in the plane; `sides` is how many of the plane's four sides it touches. */
type Region = { readonly pixels: Int32Array; readonly sides: number; readonly mean: number };

/** Connected regions (four neighbours) of all pixels for which `inside` holds. */
function regions(plane: Plane, inside: (value: number) => boolean): readonly Region[] {
  const { width, height, data } = plane;
  // 1 where a pixel is inside and was not yet found.
  const open = new Uint8Array(data.length);
  for (let i = 0; i < open.length; i++) open[i] = inside(data[i] as number) ? 1 : 0;
  const queue = new Int32Array(data.length);
  const found: Region[] = [];
  let end = 0;
  const take = (at: number): void => {
    if (open[at] === 0) return;
    open[at] = 0;
    queue[end++] = at;
  };
  for (let seed = 0; seed < data.length; seed++) {
    if (open[seed] === 0) continue;
    const start = end;
    let [left, right, top, bottom, sum] = [0, 0, 0, 0, 0];
    take(seed);
    for (let next = start; next < end; next++) {
      const at = queue[next] as number;
      const x = at % width;
      sum += data[at] as number;
      if (x > 0) take(at - 1);
      else left = 1;
      if (x < width - 1) take(at + 1);
      else right = 1;
      if (at >= width) take(at - width);
      else top = 1;
      if (at < (height - 1) * width) take(at + width);
      else bottom = 1;
    }
    found.push({ pixels: queue.subarray(start, end), sides: left + right + top + bottom, mean: sum / (end - start) });
  }
  return found;
}

/** A gap that the model itself half believes to be subject is a mistake at any size up to this multiple of `fillShare`, even at one side of the picture. */
const DOUBTFUL_GAP = 8;
const DOUBTFUL_MEAN = 0.12;
/** Below this a value is background. */
const FAINT = 0.04;

function dropStrayPieces(mask: Plane, keepShare: number): Plane {
  const data = mask.data.slice();
  const pieces = regions(mask, (value) => value >= 0.5);
  const least = Math.max(0, ...pieces.map((piece) => piece.pixels.length)) * keepShare;
  const kept = new Uint8Array(data.length);
  for (const piece of pieces) {
    const stays = piece.pixels.length >= least;
    for (const at of piece.pixels) {
      if (stays) kept[at] = 1;
      else data[at] = FAINT;
    }
  }
  for (const faint of regions(mask, (value) => value >= FAINT)) {
    if (!faint.pixels.some((at) => kept[at])) for (const at of faint.pixels) data[at] = 0;
  }
  return { ...mask, data };
}

function closeGaps(mask: Plane, fillShare: number): Plane {
  const data = mask.data.slice();
  for (const gap of regions(mask, (value) => value < 0.5)) {
    const doubtful = gap.mean > DOUBTFUL_MEAN;
    if (gap.sides > (doubtful ? 1 : 0)) continue;
    if (gap.pixels.length / data.length <= fillShare * (doubtful ? DOUBTFUL_GAP : 1)) for (const at of gap.pixels) data[at] = 1;
  }
  return { ...mask, data };
}

/** Fades doubt out with the distance from the edge: fully kept to half the reach, gone at the reach. */
function settleDoubt(mask: Plane, reachPx: number): Plane {
  const share = boxMean(
    mask.data.map((value) => (value >= 0.5 ? 1 : 0)),
    mask,
    reachPx,
  );
  const data = mask.data.map((value, i) => {
    const near = share[i] as number;
    if (value < 0.5) return value * Math.min(1, near * 4);
    return 1 - (1 - value) * Math.min(1, (1 - near) * 4);
  });
  return { ...mask, data };
}

/** Removes stray pieces and ghosts and closes small gaps of a mask of 0..1; works at the model's own size. */
export function tidyMask(mask: Plane, { keepShare, fillShare, reachPx }: Pick<MaskUse, 'keepShare' | 'fillShare' | 'reachPx'>): Plane {
  return settleDoubt(closeGaps(dropStrayPieces(mask, keepShare), fillShare), reachPx);
}
