import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GenerateRequest } from './generate-request.ts';
import type { DiffusionModel } from './open-diffusion-engine.ts';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

/** Lays a test's model out in a folder of its own; `fault` names the denoiser under `fixtures/plain` that takes the place of the sound one. */
export async function layTestModel(fault?: 'half' | 'told' | 'nan' | 'shape' | 'memory' | 'endless' | 'opset'): Promise<{
  readonly model: DiffusionModel;
  readonly remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-diffusion-'));
  for (const part of ['model_index.json', 'text_encoder', 'unet', 'vae_decoder', 'vae_encoder', 'scheduler']) {
    await cp(join(fixtures, 'plain', part), join(folder, part), { recursive: true });
  }
  await cp(join(fixtures, 'clip'), join(folder, 'tokenizer'), { recursive: true });
  if (fault) await cp(join(fixtures, 'plain', fault), join(folder, 'unet'), { recursive: true });
  return {
    model: { name: fault ?? 'plain', folder, revision: fault ?? 'plain' },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A small request that every test model can draw. */
export function testRequest(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return { prompt: 'slow blue and gold waves', seed: 3, steps: 4, guidance: 3, width: 32, height: 16, ...changes };
}
