import { ModelFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { type Memory, openMemory } from './memory.ts';
import type { ModelPool } from './model-pool.ts';
import type { ModelTensor } from './model-process.ts';
import type { Box, Picture } from './picture.ts';
import { type PictureProcessing, pictureProcessing } from './picture-card.ts';
import { eachColourRow } from './resample.ts';

/** Where the picture lies inside the model's input: its size there, and the whole input's size. */
type Placement = { readonly width: number; readonly height: number; readonly fullWidth: number; readonly fullHeight: number };

/** What a picture model gave: `channels` planes of 0..1 whose border of padding is cut off, and the most memory its process held. */
export type PictureModelResult = {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly Float32Array[];
  readonly peakBytes: number;
};

function place({ input }: Pick<PictureProcessing, 'input'>, picture: { readonly width: number; readonly height: number }): Placement {
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

/** The tensors of a picture: as it is and, if asked, with left and right exchanged. */
function toTensors({ input }: Pick<PictureProcessing, 'input'>, { picture, part, at, mirrored, memory }: Placing): readonly ModelTensor[] {
  const { layout, scale, mean, deviation } = input;
  const area = at.fullWidth * at.fullHeight;
  const tensors = (mirrored ? [false, true] : [false]).map((exchanged) => ({
    exchanged,
    data: memory.floats(`tensor ${exchanged}`, area * 3),
  }));
  const [step, apart] = layout === 'nchw' ? [1, area] : [3, 1];
  const write = (line: Float32Array, row: number): void => {
    for (const { exchanged, data } of tensors) {
      const onward = exchanged ? -3 : 3;
      for (let c = 0; c < 3; c++) {
        const times = scale / (deviation[c] as number);
        const none = (mean[c] as number) / (deviation[c] as number);
        let to = c * apart + row * at.fullWidth * step;
        let from = (exchanged ? (at.width - 1) * 3 : 0) + c;
        for (let x = 0; x < at.width; x++, to += step, from += onward) data[to] = (line[from] as number) * times - none;
        // What lies beside the picture repeats its last column.
        for (let x = at.width; x < at.fullWidth; x++, to += step) data[to] = data[to - step] as number;
      }
    }
  };
  eachColourRow({ picture, part, size: at }, (line, y) => {
    write(line, y);
    // What lies below the picture repeats its last row.
    if (y === at.height - 1) for (let row = at.height; row < at.fullHeight; row++) write(line, row);
  });
  const dims = layout === 'nchw' ? [1, 3, at.fullHeight, at.fullWidth] : [1, at.fullHeight, at.fullWidth, 3];
  return tensors.map(({ data }) => ({ dims, data }));
}

type Placing = Required<Pick<PictureModelRun, 'picture' | 'part' | 'memory'>> & { readonly at: Placement; readonly mirrored: boolean };

const wholeOf = ({ width, height }: Picture): Box => ({ x: 0, y: 0, width, height });

/** A picture as the model's card wants to be given it. */
export function pictureTensor(processing: Pick<PictureProcessing, 'input'>, picture: Picture): ModelTensor {
  const at = place(processing, picture);
  const [tensor] = toTensors(processing, { picture, part: wholeOf(picture), at, mirrored: false, memory: openMemory() });
  return tensor as ModelTensor;
}

function readAnswer(
  model: InstalledModel,
  answer: ModelTensor,
  { at, mirrored, memory }: Omit<Given, 'tensor'>,
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
  const channels = Array.from({ length: count }, (_, c) => memory.floats(`answer ${c} ${mirrored}`, width * height));
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
  /** What of the picture is given to the model; else all. */
  readonly part?: Box;
  /** Memory for what goes to the model and comes from it, where more runs come one after another; the result then lasts until the next one. */
  readonly memory?: Memory;
};

/** A tensor for a model, where the picture lies in it, and whether left and right are exchanged there. */
type Given = { readonly tensor: ModelTensor; readonly at: Placement; readonly mirrored: boolean; readonly memory: Memory };

async function run({ model, pool, signal }: PictureModelRun, given: Given): Promise<PictureModelResult> {
  const processing = pictureProcessing(model.card);
  const answer = await pool.run(model, {
    inputs: { [processing.input.name]: given.tensor },
    output: processing.output.name,
    ...(signal ? { signal } : {}),
  });
  return { ...readAnswer(model, answer, given), peakBytes: answer.peakBytes };
}

/** Runs any picture-to-picture model as its card says; the result keeps the model's own output size. */
export async function runPictureModel(asked: PictureModelRun): Promise<PictureModelResult> {
  return (await runs(asked, false))[0];
}

/** The same for the picture and for the picture with left and right exchanged; both results lie as the picture does. One travels to the model's process while the other runs there. */
export async function runPictureModelBothWays(asked: PictureModelRun): Promise<readonly [PictureModelResult, PictureModelResult]> {
  const [plain, exchanged] = await runs(asked, true);
  return [plain, exchanged as PictureModelResult];
}

async function runs(asked: PictureModelRun, mirrored: boolean): Promise<readonly [PictureModelResult, ...PictureModelResult[]]> {
  const { model, picture, part = wholeOf(picture), memory = openMemory() } = asked;
  const processing = pictureProcessing(model.card);
  const at = place(processing, part);
  const tensors = toTensors(processing, { picture, part, at, mirrored, memory });
  const results = await Promise.all(tensors.map((tensor, way) => run(asked, { tensor, at, mirrored: way === 1, memory })));
  return results as [PictureModelResult, ...PictureModelResult[]];
}
