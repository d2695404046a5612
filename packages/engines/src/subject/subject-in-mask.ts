import type { Plane } from '../onnx/picture.ts';

/** A rectangle in shares of the picture, 0 to 1. */
export type ShareBox = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
/** What a mask shows: `point` is the centre of its weight, `coverage` its share of the picture; `pieces` from the largest. */
export type MaskedSubject = {
  readonly point: readonly [number, number];
  readonly box: ShareBox;
  readonly coverage: number;
  readonly pieces: readonly Piece[];
};
/** A connected part of a mask: its pixels, counted by rows. */
type Piece = { readonly pixels: readonly number[]; readonly weight: number };

/** Pieces below this share of the heaviest are not part of the subject. */
const LEAST_PIECE = 0.2;

/** The subject of a mask or map: its pieces above `level` that count, or null where none is. */
export function subjectInMask(mask: Plane, level: number): MaskedSubject | null {
  const { width, height, data } = mask;
  const found = piecesOf(mask, level);
  const most = found.reduce((top, piece) => Math.max(top, piece.weight), 0);
  const pieces = found.filter((piece) => piece.weight >= most * LEAST_PIECE).sort((a, b) => b.weight - a.weight);
  if (pieces.length === 0) return null;
  let [left, top, right, bottom, sumX, sumY, sum, area] = [width, height, -1, -1, 0, 0, 0, 0];
  for (const { pixels } of pieces)
    for (const at of pixels) {
      const [x, y, value] = [at % width, Math.floor(at / width), data[at] as number];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      sumX += value * (x + 0.5);
      sumY += value * (y + 0.5);
      sum += value;
      area++;
    }
  return {
    point: [sumX / sum / width, sumY / sum / height],
    box: { x: left / width, y: top / height, width: (right - left + 1) / width, height: (bottom - top + 1) / height },
    coverage: area / data.length,
    pieces,
  };
}

function piecesOf({ width, data }: Plane, level: number): readonly Piece[] {
  const seen = new Uint8Array(data.length);
  const found: Piece[] = [];
  for (let seed = 0; seed < data.length; seed++) {
    if (seen[seed] || (data[seed] as number) < level) continue;
    const pixels = [seed];
    seen[seed] = 1;
    let weight = 0;
    for (let next = 0; next < pixels.length; next++) {
      const at = pixels[next] as number;
      weight += data[at] as number;
      const x = at % width;
      for (const near of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (near < 0 || near >= data.length || seen[near] || (data[near] as number) < level) continue;
        seen[near] = 1;
        pixels.push(near);
      }
    }
    found.push({ pixels, weight });
  }
  return found;
}

/**
 * Where the heads of people in a mask are: at the top of each piece, as high as 1.35 times its width there, at most half of it. Arms held above the
 * head are taken for it, which keeps them in view.
 */
export function headsOf({ width, height }: Plane, pieces: readonly Piece[]): ShareBox {
  let [left, top, right, bottom] = [1, 1, 0, 0];
  for (const { pixels } of pieces) {
    const rows = new Map<number, { left: number; right: number; count: number }>();
    for (const at of pixels) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const row = rows.get(y);
      if (row === undefined) rows.set(y, { left: x, right: x, count: 1 });
      else Object.assign(row, { left: Math.min(row.left, x), right: Math.max(row.right, x), count: row.count + 1 });
    }
    const ys = [...rows.keys()].sort((a, b) => a - b);
    const first = ys[0] as number;
    const tall = ys.length;
    const upper = ys.slice(0, Math.max(2, Math.round(tall * 0.14))).map((y) => rows.get(y)?.count ?? 0);
    const across = upper.reduce((sum, count) => sum + count, 0) / upper.length;
    const down = Math.min(tall * 0.5, Math.max(tall * 0.1, across * 1.35));
    const inside = ys.filter((y) => y < first + down * 0.8).map((y) => rows.get(y) as { left: number; right: number });
    left = Math.min(left, Math.min(...inside.map((row) => row.left)) / width);
    right = Math.max(right, (Math.max(...inside.map((row) => row.right)) + 1) / width);
    top = Math.min(top, first / height);
    bottom = Math.max(bottom, Math.min(1, (first + down) / height));
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
