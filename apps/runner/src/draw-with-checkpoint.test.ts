import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { diffusionModelOf } from '@filmwright/engines/diffusion/diffusion-model-of';
import type { DiffusionEngine } from '@filmwright/engines/diffusion/open-diffusion-engine';
import { ModelFault } from '@filmwright/engines/models/model-fault';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { RevisionFault } from '@filmwright/engines/models/revision-fault';
import { bordersOf, HandedBack } from './borders.ts';
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

test('a drawing whose checkpoint is too large to be carried goes on elsewhere by an asset, here while that cannot be stored, and anew once it was swept', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'filmwright-drawing-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const shelved = await installedModel({ name: 'backdrops', home: root });
  const request = { prompt: 'grey', seed: 1, steps: 3, guidance: 1, width: 16, height: 16 };
  const checkpoint = randomBytes(2_000_000);
  const stored = join(root, 'stored');
  const outcome = {} as Awaited<ReturnType<DiffusionEngine['generate']>>;
  /** Draws on a machine; gives what it found there at its start, and its end. */
  const draw = async (home: string, { resume, asked, full = 0 }: { readonly resume: unknown; readonly asked: boolean; full?: number }) => {
    const found: (Buffer | null)[] = [];
    const tempDir = join(root, home, 'temp');
    await mkdir(tempDir, { recursive: true });
    const engine: Pick<DiffusionEngine, 'generate'> = {
      async generate(_model, _request, { checkpointPath = '', onStep } = {}) {
        found.push(await readFile(checkpointPath).catch(() => null));
        await writeFile(checkpointPath, checkpoint);
        onStep?.({ step: 1, steps: 3 } as Parameters<NonNullable<typeof onStep>>[0]);
        return outcome;
      },
    };
    const context = {
      ...{ home: join(root, home), key: 'sha256-drawn', tempDir, borders: bordersOf({ resume, asked: () => asked }) },
      diffusion: async () => engine,
      pathOf: async (digest: string) => {
        if (digest !== 'sha256-kept') throw new FilmwrightError('not-found', 'There is no such asset.');
        return stored;
      },
      store: async ({ path }: { readonly path: string }) => {
        if (full-- > 0) throw new FilmwrightError('unavailable', 'The gateway does not answer.');
        await rename(path, stored);
        return { digest: 'sha256-kept', bytes: checkpoint.length, mediaType: 'application/octet-stream' };
      },
    } as unknown as Parameters<typeof drawWithCheckpoint>[1]['context'];
    const ended = await drawWithCheckpoint({ model: diffusionModelOf(shelved), shelved, request }, { context, onStep: () => {} }).catch(
      (error: unknown) => error,
    );
    return { found, ended };
  };
  const first = await draw('one', { resume: null, asked: true, full: 1 });
  assert.ok(first.ended instanceof HandedBack);
  assert.deepEqual(first.ended.resume, { checkpointAsset: 'sha256-kept' });
  assert.deepEqual(first.found, [null, checkpoint], 'while it could not be stored it went on from its own');
  const second = await draw('two', { resume: first.ended.resume, asked: false });
  assert.deepEqual([second.found, second.ended], [[checkpoint], outcome]);
  const swept = await draw('three', { resume: { checkpointAsset: 'sha256-swept' }, asked: false });
  assert.deepEqual([swept.found, swept.ended], [[null], outcome]);
});
