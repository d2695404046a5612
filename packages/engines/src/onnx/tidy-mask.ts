import type { MaskUse } from '@filmwright/contracts';
import { boxMean } from './box-mean.ts';
import type { Plane } from './picture.ts';

type Region = { readonly pixels: readonly number[]; readonly sides: number; readonly mean: number };

/** Connected regions (four neighbours) of all pixels for which `inside` holds. */
function regions(plane: Plane, inside: (value: number) => boolean): readonly Region[] {
  const { width, height, data } = plane;
  const seen = new Uint8Array(data.length);
  const found: Region[] = [];
  for (let seed = 0; seed < data.length; seed++) {
    if (seen[seed] || !inside(data[seed] as number)) continue;
    const pixels = [seed];
    seen[seed] = 1;
    const sides = new Set<string>();
    let sum = 0;
    for (let next = 0; next < pixels.length; next++) {
      const at = pixels[next] as number;
      const x = at % width;
      const y = (at - x) / width;
      sum += data[at] as number;
      if (x === 0) sides.add('left');
      if (x === width - 1) sides.add('right');
      if (y === 0) sides.add('top');
      if (y === height - 1) sides.add('bottom');
      const neighbours = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, y > 0 ? at - width : -1, y < height - 1 ? at + width : -1];
      for (const neighbour of neighbours) {
        if (neighbour < 0 || seen[neighbour] || !inside(data[neighbour] as number)) continue;
        seen[neighbour] = 1;
        pixels.push(neighbour);
      }
    }
    found.push({ pixels, sides: sides.size, mean: sum / pixels.length });
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
