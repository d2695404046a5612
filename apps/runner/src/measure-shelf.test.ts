import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelFigures } from '@filmwright/contracts';
import { computeOn, currentCompute } from '@filmwright/engines/compute/compute';
import { keepFigures } from '@filmwright/engines/measure/kept-figures';
import { measuredDevice } from '@filmwright/engines/measure/measured-device';
import { figuresOfShelf } from './measure-shelf.ts';
import { answerModels } from './models-shelf.ts';

test('once a GPU computes, what the processor took is told no more', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-figures-'));
  const before = currentCompute();
  t.after(() => {
    computeOn(before);
    rmSync(home, { recursive: true, force: true });
  });
  const figures: ModelFigures = {
    ...{ name: 'model isnet@0123456789ab', coldMs: 90, warmMs: 80, stepMs: 70, step: 'a look', unloadMs: 1, ramMib: 60, vramMib: 0 },
    ...{ coldIsCold: true, device: measuredDevice(), measuredAt: new Date(0).toISOString() },
  };
  const quick = { ...figures, stepMs: 2, vramMib: 50, device: 'cuda sm_90' };
  await keepFigures(home, [figures]);
  assert.deepEqual(await figuresOfShelf({ home, measure: false }), [figures]);
  computeOn({ provider: 'cuda', device: 'cuda sm_90', environment: {} });
  assert.deepEqual(await figuresOfShelf({ home, measure: false }), []);
  await keepFigures(home, [quick]);
  assert.deepEqual(await figuresOfShelf({ home, measure: false }), [quick]);
  computeOn(before);
  assert.deepEqual(await figuresOfShelf({ home, measure: false }), [figures]);
});

test('models are measured on what the machine is told to compute on', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-figures-'));
  t.after(() => {
    delete process.env['FILMWRIGHT_COMPUTE'];
    rmSync(home, { recursive: true, force: true });
  });
  process.env['FILMWRIGHT_COMPUTE'] = 'abacus';
  await assert.rejects(answerModels({ do: 'measure', names: ['selfie-segmentation'] }, home), /FILMWRIGHT_COMPUTE holds "abacus"/);
});
