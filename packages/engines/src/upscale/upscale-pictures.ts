import { type EnlargeUse, FilmwrightError, type ModelCard } from '@filmwright/contracts';
import { ModelFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import type { ModelPool } from '../onnx/model-pool.ts';
import type { ModelAnswer, ModelTensor } from '../onnx/model-process.ts';
import { cleanHiddenColour } from '../onnx/own-alpha.ts';
import type { Box, Picture } from '../onnx/picture.ts';
import { type PictureProcessing, pictureProcessing } from '../onnx/picture-card.ts';
import { addEnlarged, colourDrift, driftReachPx } from './colour-drift.ts';
import { partMargin, resizePart } from './resize-part.ts';
import { type Tile, tilesOf } from './tiles.ts';

type Size = { readonly width: number; readonly height: number };

export type UpscalePictures = {
  /** Straight RGBA, all of one size. */
  readonly pictures: AsyncIterable<Picture> | Iterable<Picture>;
  /** What they become; what the model makes beyond it is scaled down, what it lacks scaled up. */
  readonly size: Size;
  readonly model: InstalledModel;
  readonly pool: ModelPool;
  /** Ends the model's process within a tile. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each tile with how many of the picture's are done. */
  readonly onTile?: (done: number, of: number) => void;
};

/** The processing of a model that enlarges; throws `model-unavailable` for others. */
export function enlargeUse(card: ModelCard): { readonly processing: PictureProcessing; readonly use: EnlargeUse } {
  const processing = card.capability === 'upscaling' ? pictureProcessing(card) : null;
  if (processing?.enlarge !== undefined && processing.input.size === 'picture') return { processing, use: processing.enlarge };
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${card.name} does not enlarge pictures here: its capability is ${card.capability}, wanted upscaling with a factor, on the engine onnx and for pictures of any size.`,
  );
}

/** Whether a model enlarges pictures here. */
export function isEnlarger({ capability, processing }: ModelCard): boolean {
  return capability === 'upscaling' && processing.type === 'picture' && processing.enlarge !== undefined;
}

/** One run of the model: the colours of a tile, or its alpha as greys. */
type Run = {
  readonly picture: Picture;
  readonly tile: Tile;
  readonly of: 'colour' | 'alpha';
  readonly isLast: boolean;
  readonly done: number;
  readonly runs: number;
};

/**
 * Enlarges pictures one after another in tiles whose seams cannot be seen: each hangs on a margin around it, and only its middle is used. The model works
 * on the next tile while the last one is put in its place. Alpha is enlarged by the model too, where it says something.
 */
export async function* upscalePictures(request: UpscalePictures): AsyncGenerator<Picture> {
  const { size, model, pool, signal, onTile } = request;
  const { processing, use } = enlargeUse(model.card);
  const run = (one: Run): Promise<ModelAnswer> =>
    pool.run(model, {
      inputs: { [processing.input.name]: tensorOf(processing, one) },
      output: processing.output.name,
      ...(signal ? { signal } : {}),
    });
  let made: Uint8Array | undefined;
  for await (const { one, answer } of oneAhead(runsOf(request.pictures, { use, size }), run)) {
    made ??= new Uint8Array(size.width * size.height * 4).fill(255);
    place(answer, {
      one,
      made,
      size,
      factor: use.factor,
      layout: processing.output.layout,
      scale: processing.output.scale * 255,
      model,
    });
    onTile?.(one.done, one.runs);
    if (!one.isLast) continue;
    yield { ...size, rgba: made };
    made = undefined;
  }
}

/** Enlarges one picture. */
export async function upscalePicture({
  picture,
  ...rest
}: Omit<UpscalePictures, 'pictures'> & { readonly picture: Picture }): Promise<Picture> {
  for await (const made of upscalePictures({ ...rest, pictures: [picture] })) return made;
  throw new FilmwrightError('internal', 'A picture was enlarged to nothing.');
}

async function* runsOf(
  pictures: UpscalePictures['pictures'],
  { use, size }: { readonly use: EnlargeUse; readonly size: Size },
): AsyncGenerator<Run> {
  for await (const given of pictures) {
    const clear = hasAlpha(given);
    const picture = clear ? cleanHiddenColour(given) : given;
    const { width, height } = picture;
    const enlarged = Math.max(partMargin(width * use.factor, size.width), partMargin(height * use.factor, size.height));
    const margin = use.reachPx + Math.ceil(enlarged / use.factor) + driftReachPx;
    const tiles = tilesOf({ width, height, margin, mostPixels: use.tilePx ** 2 });
    const runs = tiles.flatMap((tile) => [
      { picture, tile, of: 'colour' as const },
      ...(clear ? [{ picture, tile, of: 'alpha' as const }] : []),
    ]);
    for (const [at, one] of runs.entries()) yield { ...one, isLast: at === runs.length - 1, done: at + 1, runs: runs.length };
  }
}

function hasAlpha({ rgba }: Picture): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return true;
  return false;
}

type Ran = { readonly one: Run; readonly answer: ModelAnswer };

/** Runs one after another, each begun before the answer to the one before it is handed over. */
async function* oneAhead(runs: AsyncIterable<Run>, run: (one: Run) => Promise<ModelAnswer>): AsyncGenerator<Ran> {
  let before: { readonly one: Run; readonly answer: Promise<ModelAnswer> } | undefined;
  for await (const one of runs) {
    const ready = before === undefined ? undefined : { one: before.one, answer: await before.answer };
    before = { one, answer: run(one) };
    // Nobody may come back for it.
    before.answer.catch(() => undefined);
    if (ready !== undefined) yield ready;
  }
  if (before !== undefined) yield { one: before.one, answer: await before.answer };
}

function tensorOf({ input }: PictureProcessing, { picture, tile, of }: Run): ModelTensor {
  const { layout, scale, mean, deviation, multipleOf } = input;
  const { given } = tile;
  const width = Math.ceil(given.width / multipleOf) * multipleOf;
  const height = Math.ceil(given.height / multipleOf) * multipleOf;
  const area = width * height;
  const data = new Float32Array(area * 3);
  for (let c = 0; c < 3; c++) {
    const [factor, shift] = [scale / (deviation[c] as number), (mean[c] as number) / (deviation[c] as number)];
    const channel = of === 'alpha' ? 3 : c;
    for (let y = 0; y < height; y++) {
      const row = (given.y + Math.min(y, given.height - 1)) * picture.width + given.x;
      for (let x = 0; x < width; x++) {
        const byte = picture.rgba[(row + Math.min(x, given.width - 1)) * 4 + channel] as number;
        data[layout === 'nchw' ? c * area + y * width + x : (y * width + x) * 3 + c] = byte * factor - shift;
      }
    }
  }
  return { dims: layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3], data };
}

type Placing = {
  readonly one: Run;
  readonly made: Uint8Array;
  readonly size: Size;
  readonly factor: number;
  readonly layout: 'nchw' | 'nhwc';
  readonly scale: number;
  readonly model: InstalledModel;
};

/** Puts what came of a tile's core into the picture. */
function place({ dims, data }: ModelAnswer, { one, made, size, factor, layout, scale, model }: Placing): void {
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
  const planes = [0, 1, 2].map((c) => {
    const plane = planeOf(data, { c, layout, width, height, least, tall });
    const enlarged = { width: least, height: tall, data: plane };
    const drift = colourDrift(enlarged, { picture, area: tile.given, factor, channel: of === 'alpha' ? 3 : c, scale });
    const resized = resizePart(enlarged, part);
    addEnlarged(drift, { values: resized, to: size, wanted, at: tile.given, from: picture, scale });
    return resized;
  });
  const sum = of === 'alpha' ? placeAlpha(planes, { made, size, wanted }) : placeColours(planes, { made, size, wanted });
  if (!Number.isFinite(sum))
    throw new ModelFault(model, {
      code: 'program-failed',
      message: `The model ${name} gave values that are no numbers for a tile of ${tile.given.width} x ${tile.given.height} pixels. Add it again, or take another model.`,
    });
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
function planeOf(data: Float32Array, { c, layout, width, height, least, tall }: PlaneOf): Float32Array {
  if (layout === 'nchw' && width === least) return data.subarray(c * width * height, c * width * height + least * tall);
  const plane = new Float32Array(least * tall);
  const [first, step] = layout === 'nchw' ? [c * width * height, 1] : [c, 3];
  for (let y = 0; y < tall; y++) for (let x = 0; x < least; x++) plane[y * least + x] = data[first + (y * width + x) * step] as number;
  return plane;
}

type Written = { readonly made: Uint8Array; readonly size: Size; readonly wanted: Box };

/** Writes planes of 0..255 and answers the sum of their values. */
function placeColours(planes: readonly Float32Array[], { made, size, wanted }: Written): number {
  let sum = 0;
  planes.forEach((plane, c) => {
    for (let y = 0; y < wanted.height; y++) {
      let to = ((wanted.y + y) * size.width + wanted.x) * 4 + c;
      for (let i = y * wanted.width; i < (y + 1) * wanted.width; i++, to += 4) {
        const value = plane[i] as number;
        sum += value;
        made[to] = byteOf(value);
      }
    }
  });
  return sum;
}

function placeAlpha([one, two, three]: readonly Float32Array[], { made, size, wanted }: Written): number {
  let sum = 0;
  for (let y = 0; y < wanted.height; y++)
    for (let x = 0; x < wanted.width; x++) {
      const i = y * wanted.width + x;
      const mean = ((one?.[i] as number) + (two?.[i] as number) + (three?.[i] as number)) / 3;
      sum += mean;
      made[((wanted.y + y) * size.width + wanted.x + x) * 4 + 3] = settled(byteOf(mean));
    }
  return sum;
}

/** Alpha that is all but clear or solid is. */
function settled(alpha: number): number {
  return alpha < 6 ? 0 : alpha > 249 ? 255 : alpha;
}

function byteOf(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}

/** The pixels of the enlarged picture whose middle lies in a core. */
function ownedBy(core: Box, { picture, size }: { readonly picture: Size; readonly size: Size }): Box {
  const border = (at: number, of: { readonly from: number; readonly to: number }): number => Math.ceil((at * of.to) / of.from - 0.5);
  const across = { from: picture.width, to: size.width };
  const down = { from: picture.height, to: size.height };
  const [x, y] = [border(core.x, across), border(core.y, down)];
  return { x, y, width: border(core.x + core.width, across) - x, height: border(core.y + core.height, down) - y };
}
