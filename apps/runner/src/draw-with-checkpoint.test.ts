import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { type DiffusionEngine, diffusionModelOf, installedModel, ModelFault, RevisionFault } from '@filmwright/engines';
import { drawWithCheckpoint } from './draw-with-checkpoint.ts';

test('a revision is at fault where its own process says so, and not for its device, its memory, its deadline or what was asked', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-drawing-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const shelved = await installedModel({ name: 'backdrops', home });
  const request = { prompt: 'grey', seed: 1, steps: 1, guidance: 1, width: 16, height: 16 };
  const failing = async (error: Error): Promise<unknown> => {
    const engine: Pick<DiffusionEngine, 'generate'> = { generate: () => Promise.reject(error) };
    const borders = { resume: undefined, reach: () => {} };
    const context = { home, key: 'sha256-drawn', borders, diffusion: async () => engine } as unknown as Parameters<
      typeof drawWithCheckpoint
    >[1]['context'];
    const drawing = drawWithCheckpoint({ model: diffusionModelOf(shelved), shelved, request }, { context, onStep: () => {} });
    return drawing.catch((thrown: unknown) => thrown);
  };
  const fault = await failing(new RevisionFault('program-failed', 'It gave NaN.'));
  assert.ok(fault instanceof ModelFault);
  assert.deepEqual(
    [fault.code, fault.message, fault.retryable, fault.model.card.name],
    ['program-failed', 'It gave NaN.', false, 'backdrops'],
  );
  for (const other of [
    new FilmwrightError('model-unavailable', 'The device cuda cannot be used on this machine.'),
    new FilmwrightError('program-failed', 'It was not done in time.', { retryable: false }),
    new FilmwrightError('out-of-memory', 'There is not enough memory.'),
    new FilmwrightError('request-invalid', 'It cannot start from a picture.'),
  ])
    assert.equal(await failing(other), other);
});
