import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { RevisionFault } from '../models/revision-fault.ts';
import { type Fields, readFields } from './read-fields.ts';

/** The parts of a published latent diffusion model, and the numbers of its configuration that drawing needs. */
export type ModelFiles = {
  readonly tokenizerFolder: string;
  readonly textEncoderPath: string;
  readonly denoiserPath: string;
  readonly decoderPath: string;
  /** Missing where the model cannot start from a picture. */
  readonly encoderPath: string | null;
  readonly schedulerFields: Fields;
  readonly schedulerPath: string;
  /** Pixels a side that one latent pixel stands for. */
  readonly latentPixels: number;
  /** Numbers of a latent pixel; older exports of Stable Diffusion leave out the file that says so, and all have the same. */
  readonly latentChannels: number;
  /** Latents are multiplied with this when encoded, and `latentShift` was taken off before. */
  readonly latentScale: number;
  readonly latentShift: number;
  /** Sides of latents must be a multiple of this. */
  readonly latentMultiple: number;
};

async function present(path: string): Promise<string | null> {
  return access(path).then(
    () => path,
    () => null,
  );
}

function positive(fields: Fields, { key, fallback }: { readonly key: string; readonly fallback: number }): number {
  const value = fields[key];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : fallback;
}

/**
 * Finds the parts of a model in the layout that diffusers exports to ONNX: `model_index.json`, `tokenizer/`, `text_encoder/`, `unet/` or
 * `transformer/`, `vae_decoder/`, `vae_encoder/` and `scheduler/`. Throws `model-unavailable` naming the part that is missing or not supported.
 */
export async function findModelFiles(folder: string): Promise<ModelFiles> {
  const missing = (what: string): never => {
    throw new RevisionFault('model-unavailable', `The model in ${folder} is not complete: ${what} is missing. Install the model again.`);
  };
  const index = (await readFields(join(folder, 'model_index.json'))) ?? missing('model_index.json');
  for (const part of ['text_encoder_2', 'text_encoder_3', 'image_encoder', 'controlnet']) {
    const named = index[part];
    if (Array.isArray(named) && named[0] !== null) {
      throw new RevisionFault(
        'model-unavailable',
        `The model in ${folder} (${String(index['_class_name'])}) has a ${part}; wanted a model with one text encoder and a denoiser alone. Choose another model.`,
      );
    }
  }
  const denoiser = (await present(join(folder, 'unet', 'model.onnx'))) ?? (await present(join(folder, 'transformer', 'model.onnx')));
  const decoderPath = (await present(join(folder, 'vae_decoder', 'model.onnx'))) ?? missing('vae_decoder/model.onnx');
  const vae =
    (await readFields(join(folder, 'vae_decoder', 'config.json'))) ??
    (await readFields(join(folder, 'vae', 'config.json'))) ??
    (String(index['_class_name']).includes('StableDiffusionPipeline') ? {} : missing('vae_decoder/config.json'));
  const denoiserPath = denoiser ?? missing('unet/model.onnx or transformer/model.onnx');
  const denoiserFields = (await readFields(join(denoiserPath, '..', 'config.json'))) ?? {};
  const schedulerPath = join(folder, 'scheduler', 'scheduler_config.json');
  const blocks = vae['block_out_channels'];
  const shift = vae['shift_factor'];
  return {
    tokenizerFolder: join(folder, 'tokenizer'),
    textEncoderPath: (await present(join(folder, 'text_encoder', 'model.onnx'))) ?? missing('text_encoder/model.onnx'),
    denoiserPath,
    decoderPath,
    encoderPath: await present(join(folder, 'vae_encoder', 'model.onnx')),
    schedulerFields: (await readFields(schedulerPath)) ?? missing('scheduler/scheduler_config.json'),
    schedulerPath,
    latentPixels: Array.isArray(blocks) && blocks.length > 0 ? 2 ** (blocks.length - 1) : 8,
    latentChannels: positive(vae, { key: 'latent_channels', fallback: 4 }),
    latentScale: positive(vae, { key: 'scaling_factor', fallback: 0.18215 }),
    latentShift: typeof shift === 'number' ? shift : 0,
    latentMultiple: positive(denoiserFields, { key: 'sample_multiple', fallback: 1 }),
  };
}
