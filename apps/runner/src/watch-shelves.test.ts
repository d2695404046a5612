import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHotCache } from '@filmwright/blobs';
import { addModel } from '@filmwright/engines/models/add-model';
import { listModels } from '@filmwright/engines/models/model-shelf';
import { watchShelves } from './watch-shelves.ts';

test('a voice that is put on the shelf is noticed once it lies under its name', { timeout: 20_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-shelves-'));
  const shelves = watchShelves(home);
  try {
    mkdirSync(join(home, 'voices/.anna.part'));
    await sleep(500);
    assert.equal(shelves.changed.aborted, false);
    renameSync(join(home, 'voices/.anna.part'), join(home, 'voices/anna'));
    while (!shelves.changed.aborted) await sleep(20);
  } finally {
    shelves.close();
    rmSync(home, { recursive: true });
  }
});

test('a model that was added is noticed once it lies whole under its revision', { timeout: 20_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-shelves-'));
  writeFileSync(join(home, 'weights.bin'), 'weights');
  const shelves = watchShelves(home);
  try {
    const settings = { hubEndpoint: '', hubToken: null, npmRegistry: '', pypiIndex: '', retry: { tries: 1, firstWaitMs: 1 } };
    await addModel({
      home,
      openWeights: (source) => openHotCache({ root: join(home, 'weights'), maxBytes: 1e9, source }),
      budgetBytes: 1e9,
      keepFreeBytes: 0,
      wanted: `file:${join(home, 'weights.bin')}`,
      described: { name: 'tiny', capability: 'upscaling', licence: 'MIT' },
      acceptLicence: false,
      settings,
      now: new Date(),
    });
    while (!shelves.changed.aborted) await sleep(20);
    assert.ok((await listModels({ home })).some(({ card }) => card.name === 'tiny'));
  } finally {
    shelves.close();
    rmSync(home, { recursive: true });
  }
});
