import { type EnlargeUse, FilmwrightError, type ModelCard } from '@filmwright/contracts';
import type { InstalledModel } from '../models/model-shelf.ts';
import type { ModelPool } from '../onnx/model-pool.ts';
import type { ModelAnswer, ModelTensor } from '../onnx/model-process.ts';
import { cleanHiddenColour } from '../onnx/own-alpha.ts';
import type { Picture } from '../onnx/picture.ts';
import { type PictureProcessing, pictureProcessing } from '../onnx/picture-card.ts';
import { driftReachPx } from './colour-drift.ts';
import { placeTile } from './place-tile.ts';
import { partMargin } from './resize-part.ts';
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
export function isEnlarger({ capability, processing }: Pick<ModelCard, 'capability' | 'processing'>): boolean {
  return capability === 'upscaling' && processing.type === 'picture' && processing.enlarge !== undefined;
}

/** One run of the model: the colours of a tile, or its alpha as greys. */
export type Run = {
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
    placeTile(answer, {
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
