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

function toTensor({ input }: Pick<PictureProcessing, 'input'>, picture: Picture, at: Placement): ModelTensor {
  const { layout, scale, mean, deviation } = input;
  const values = resample(
    { width: picture.width, height: picture.height, channels: 4, data: picture.rgba },
    { width: at.width, height: at.height },
  );
  const area = at.fullWidth * at.fullHeight;
  const data = new Float32Array(area * 3);
  for (let y = 0; y < at.fullHeight; y++) {
    const row = Math.min(y, at.height - 1) * at.width;
    for (let x = 0; x < at.fullWidth; x++) {
      const from = (row + Math.min(x, at.width - 1)) * 4;
      const pixel = y * at.fullWidth + x;
      for (let c = 0; c < 3; c++) {
        const value = ((values[from + c] as number) * scale - (mean[c] as number)) / (deviation[c] as number);
        data[layout === 'nchw' ? c * area + pixel : pixel * 3 + c] = value;
      }
    }
  }
  return { dims: layout === 'nchw' ? [1, 3, at.fullHeight, at.fullWidth] : [1, at.fullHeight, at.fullWidth, 3], data };
}

/** A picture as the model's card wants to be given it. */
export function pictureTensor(processing: Pick<PictureProcessing, 'input'>, picture: Picture): ModelTensor {
  return toTensor(processing, picture, place(processing, picture));
}

function readAnswer(model: InstalledModel, answer: ModelTensor, at: Placement): Omit<PictureModelResult, 'peakBytes'> {
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
  for (let c = 0; c < count; c++) {
    const plane = channels[c] as Float32Array;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const pixel = y * fullWidth + x;
        const raw = (answer.data[layout === 'nchw' ? c * fullWidth * fullHeight + pixel : pixel * count + c] as number) * scale;
        const value = activation === 'sigmoid' ? 1 / (1 + Math.exp(-raw)) : raw;
        sum += value;
        plane[y * width + x] = Math.min(1, Math.max(0, value));
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

/** Runs any picture-to-picture model as its card says; the result keeps the model's own output size. */
export async function runPictureModel({ model, picture, pool, signal }: PictureModelRun): Promise<PictureModelResult> {
  const processing = pictureProcessing(model.card);
  const at = place(processing, picture);
  const answer = await pool.run(model, {
    inputs: { [processing.input.name]: toTensor(processing, picture, at) },
    output: processing.output.name,
    ...(signal ? { signal } : {}),
  });
  return { ...readAnswer(model, answer, at), peakBytes: answer.peakBytes };
}
