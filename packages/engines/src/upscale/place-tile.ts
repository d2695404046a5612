import { ModelFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import type { ModelAnswer } from '../onnx/model-process.ts';
import type { Box, Plane } from '../onnx/picture.ts';
import { colourDrift, driftRows } from './colour-drift.ts';
import { type FillRow, meanRows, resizePart, wholeShrink } from './resize-part.ts';
import type { Run } from './upscale-pictures.ts';

type Size = { readonly width: number; readonly height: number };
type Placing = {
  readonly one: Run;
  /** The picture that comes of all tiles, RGBA. */
  readonly made: Uint8Array;
  readonly size: Size;
  readonly factor: number;
  readonly layout: 'nchw' | 'nhwc';
  /** Levels (0..255) of which one is a value of the model. */
  readonly scale: number;
  readonly model: InstalledModel;
};

/** Puts what came of a tile's core into the picture; throws `ModelFault` for an answer of another shape or with values that are no numbers. */
export function placeTile({ dims, data }: ModelAnswer, { one, made, size, factor, layout, scale, model }: Placing): void {
  const { name } = model.card;
  const { picture, tile, of } = one;
  const [height = 0, width = 0] = layout === 'nchw' ? dims.slice(2) : dims.slice(1);
  const [least, tall] = [tile.given.width * factor, tile.given.height * factor];
  if (dims.length !== 4 || data.length !== width * height * 3 || width < least || height < tall)
    throw new ModelFault(model, {
      code: 'program-failed',
      message: `The model ${name} gave a picture of the shape ${dims.join(' x ')}; wanted three planes of ${least} x ${tall} or more in the layout ${layout}.`,
    });
  const wanted = ownedBy(tile.core, { picture, size });
  const part = {
    from: { width: picture.width * factor, height: picture.height * factor },
    to: size,
    at: { x: tile.given.x * factor, y: tile.given.y * factor },
    wanted,
  };
  const rows = [0, 1, 2].map((c) => {
    const enlarged = { width: least, height: tall, data: planeOf(data, { c, layout, width, height, least, tall }) };
    const drift = colourDrift(enlarged, { picture, area: tile.given, factor, channel: of === 'alpha' ? 3 : c, scale });
    const add = driftRows(drift, { to: size, wanted, at: tile.given, from: picture, scale });
    const by = wholeShrink(part);
    const fill = by === null ? rowsOf(resizePart(enlarged, part), wanted.width) : meanRows(enlarged, { part, by });
    return (y: number, row: Float32Array): void => {
      fill(y, row);
      add(y, row);
    };
  });
  const sum = of === 'alpha' ? placeAlpha(rows, { made, size, wanted }) : placeColours(rows, { made, size, wanted });
  if (!Number.isFinite(sum))
    throw new ModelFault(model, {
      code: 'program-failed',
      message: `The model ${name} gave values that are no numbers for a tile of ${tile.given.width} x ${tile.given.height} pixels. Add it again, or take another model.`,
    });
}

function rowsOf(values: Float32Array, width: number): FillRow {
  return (y, row) => row.set(values.subarray(y * width, (y + 1) * width));
}

type PlaneOf = {
  readonly c: number;
  readonly layout: 'nchw' | 'nhwc';
  readonly width: number;
  readonly height: number;
  readonly least: number;
  readonly tall: number;
};

/** One channel of an answer, without what it was filled up with. */
function planeOf(data: Float32Array, { c, layout, width, height, least, tall }: PlaneOf): Plane['data'] {
  if (layout === 'nchw' && width === least) return data.subarray(c * width * height, c * width * height + least * tall);
  const plane = new Float32Array(least * tall);
  const [first, step] = layout === 'nchw' ? [c * width * height, 1] : [c, 3];
  for (let y = 0; y < tall; y++) for (let x = 0; x < least; x++) plane[y * least + x] = data[first + (y * width + x) * step] as number;
  return plane;
}

type Written = { readonly made: Uint8Array; readonly size: Size; readonly wanted: Box };

/** Writes three channels and answers the sum of their levels. */
function placeColours(rows: readonly FillRow[], { made, size, wanted }: Written): number {
  const row = new Float32Array(wanted.width);
  let sum = 0;
  for (let y = 0; y < wanted.height; y++)
    rows.forEach((fill, c) => {
      fill(y, row);
      sum += writeRow(row, { made, first: ((wanted.y + y) * size.width + wanted.x) * 4 + c });
    });
  return sum;
}

/** Writes levels as bytes, each fourth from `first` on, and answers their sum. */
function writeRow(row: Float32Array, { made, first }: { readonly made: Uint8Array; readonly first: number }): number {
  let sum = 0;
  for (let x = 0, to = first; x < row.length; x++, to += 4) {
    const level = row[x] as number;
    sum += level;
    made[to] = byteOf(level);
  }
  return sum;
}

/** Writes the mean of three channels as alpha and answers the sum of its levels. */
function placeAlpha(rows: readonly FillRow[], { made, size, wanted }: Written): number {
  const channels = rows.map(() => new Float32Array(wanted.width));
  const [one, two, three] = channels as [Float32Array, Float32Array, Float32Array];
  let sum = 0;
  for (let y = 0; y < wanted.height; y++) {
    rows.forEach((fill, c) => {
      fill(y, channels[c] as Float32Array);
    });
    for (let x = 0, to = ((wanted.y + y) * size.width + wanted.x) * 4 + 3; x < wanted.width; x++, to += 4) {
      const mean = ((one[x] as number) + (two[x] as number) + (three[x] as number)) / 3;
      sum += mean;
      made[to] = settled(byteOf(mean));
    }
  }
  return sum;
}

/** Alpha that is all but clear or solid is. */
function settled(alpha: number): number {
  return alpha < 6 ? 0 : alpha > 249 ? 255 : alpha;
}

function byteOf(level: number): number {
  return level <= 0 ? 0 : level >= 255 ? 255 : (level + 0.5) | 0;
}

/** The pixels of the enlarged picture whose middle lies in a core. */
function ownedBy(core: Box, { picture, size }: { readonly picture: Size; readonly size: Size }): Box {
  const border = (at: number, of: { readonly from: number; readonly to: number }): number => Math.ceil((at * of.to) / of.from - 0.5);
  const across = { from: picture.width, to: size.width };
  const down = { from: picture.height, to: size.height };
  const [x, y] = [border(core.x, across), border(core.y, down)];
  return { x, y, width: border(core.x + core.width, across) - x, height: border(core.y + core.height, down) - y };
}
