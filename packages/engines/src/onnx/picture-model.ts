import { ModelFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import type { ModelPool } from './model-pool.ts';
import type { ModelTensor } from './model-process.ts';
import type { Picture } from './picture.ts';
import { type PictureProcessing, pictureProcessing } from './picture-card.ts';
import { resample } from './resample.ts';

/** Where the picture lies inside the model's input: its size there, and the whole input's size. */
type Placement = { readonly width: number; readonly height: number; readonly fullWidth: number; readonly fullHeight: number };

/** What a picture model gave: `channels` planes of 0..1 whose border of padding is cut off, and the most memory its process held. */
export type PictureModelResult = {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly Float32Array[];
  readonly peakBytes: number;
};

function place({ input }: Pick<PictureProcessing, 'input'>, picture: Picture): Placement {
  const { size, fit, multipleOf } = input;
  if (size === 'picture') {
    const up = (value: number): number => Math.ceil(value / multipleOf) * multipleOf;
    return { width: picture.width, height: picture.height, fullWidth: up(picture.width), fullHeight: up(picture.height) };
  }
  if (fit === 'stretch') return { width: size.width, height: size.height, fullWidth: size.width, fullHeight: size.height };
  const scale = Math.min(size.width / picture.width, size.height / picture.height);
  return {
    width: Math.max(1, Math.min(size.width, Math.round(picture.width * scale))),
    height: Math.max(1, Math.min(size.height, Math.round(picture.height * scale))),
    fullWidth: size.width,
    fullHeight: size.height,
  };
}

/** A picture at the size that a model wants, and whether it is to be given with left and right exchanged. */
type Placed = { readonly values: Float32Array; readonly at: Placement; readonly mirrored?: boolean };

function placed(picture: Picture, at: Placement): Placed {
  const { width, height, rgba } = picture;
  return { values: resample({ width, height, channels: 4, data: rgba }, { width: at.width, height: at.height }), at };
}

function toTensor({ input }: Pick<PictureProcessing, 'input'>, { values, at, mirrored = false }: Placed): ModelTensor {
  const { layout, scale, mean, deviation } = input;
  const area = at.fullWidth * at.fullHeight;
  const data = new Float32Array(area * 3);
  const [step, apart] = layout === 'nchw' ? [1, area] : [3, 1];
  for (let c = 0; c < 3; c++) {
    const [none, spread] = [mean[c] as number, deviation[c] as number];
    for (let y = 0; y < at.fullHeight; y++) {
      const row = Math.min(y, at.height - 1) * at.width;
      let to = c * apart + y * at.fullWidth * step;
      for (let x = 0; x < at.fullWidth; x++, to += step) {
        const column = x < at.width ? x : at.width - 1;
        const from = (row + (mirrored ? at.width - 1 - column : column)) * 4 + c;
        data[to] = ((values[from] as number) * scale - none) / spread;
      }
    }
  }
  return { dims: layout === 'nchw' ? [1, 3, at.fullHeight, at.fullWidth] : [1, at.fullHeight, at.fullWidth, 3], data };
}

/** A picture as the model's card wants to be given it. */
export function pictureTensor(processing: Pick<PictureProcessing, 'input'>, picture: Picture): ModelTensor {
  return toTensor(processing, placed(picture, place(processing, picture)));
}

function readAnswer(
  model: InstalledModel,
  answer: ModelTensor,
  { at, mirrored = false }: Omit<Placed, 'values'>,
): Omit<PictureModelResult, 'peakBytes'> {
  const { layout, scale, activation, name } = pictureProcessing(model.card).output;
  const dims = answer.dims.length === 4 ? answer.dims.slice(1) : answer.dims;
  const [count, fullHeight, fullWidth] = layout === 'nchw' ? [dims[0], dims[1], dims[2]] : [dims[2], dims[0], dims[1]];
  const width = Math.round((at.width * (fullWidth ?? 0)) / at.fullWidth);
  const height = Math.round((at.height * (fullHeight ?? 0)) / at.fullHeight);
  if (
    dims.length !== 3 ||
    !count ||
    !fullHeight ||
    !fullWidth ||
    answer.data.length !== count * fullHeight * fullWidth ||
    width * height === 0
  )
    throw new ModelFault(model, {
      code: 'program-failed',
      message: `The model ${model.card.name} gave ${name} with the shape ${answer.dims.join(' x ')}; wanted planes in the layout ${layout}. Add it again, or take another model.`,
    });
  const channels = Array.from({ length: count }, () => new Float32Array(width * height));
  // One value that is no number makes the sum none.
  let sum = 0;
  const [step, apart] = layout === 'nchw' ? [1, fullWidth * fullHeight] : [count, 1];
  for (let c = 0; c < count; c++) {
    const plane = channels[c] as Float32Array;
    for (let y = 0; y < height; y++) {
      let from = c * apart + y * fullWidth * step;
      for (let x = 0; x < width; x++, from += step) {
        const raw = (answer.data[from] as number) * scale;
        const value = activation === 'sigmoid' ? 1 / (1 + Math.exp(-raw)) : raw;
        sum += value;
        plane[y * width + (mirrored ? width - 1 - x : x)] = Math.min(1, Math.max(0, value));
      }
    }
  }
  if (!Number.isFinite(sum))
    throw new ModelFault(model, {
      code: 'program-failed',
      message: `The model ${model.card.name} gave ${name} with values that are no numbers for a picture of ${at.width} x ${at.height} pixels. Add it again, or take another model.`,
    });
  return { width, height, channels };
}

/** The model to run, its picture, and the pool whose process runs it. */
export type PictureModelRun = {
  readonly model: InstalledModel;
  readonly picture: Picture;
  readonly pool: ModelPool;
  readonly signal?: AbortSignal;
};

async function run({ model, pool, signal }: PictureModelRun, given: Placed): Promise<PictureModelResult> {
  const processing = pictureProcessing(model.card);
  const answer = await pool.run(model, {
    inputs: { [processing.input.name]: toTensor(processing, given) },
    output: processing.output.name,
    ...(signal ? { signal } : {}),
  });
  return { ...readAnswer(model, answer, given), peakBytes: answer.peakBytes };
}

/** Runs any picture-to-picture model as its card says; the result keeps the model's own output size. */
export async function runPictureModel(asked: PictureModelRun): Promise<PictureModelResult> {
  return run(asked, placed(asked.picture, place(pictureProcessing(asked.model.card), asked.picture)));
}

/** The same for the picture and for the picture with left and right exchanged; both results lie as the picture does. One travels to the model's process while the other runs there. */
export async function runPictureModelBothWays(asked: PictureModelRun): Promise<readonly [PictureModelResult, PictureModelResult]> {
  const given = placed(asked.picture, place(pictureProcessing(asked.model.card), asked.picture));
  return Promise.all([run(asked, given), run(asked, { ...given, mirrored: true })]);
}
