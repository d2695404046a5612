import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listModels, revisionOf, type ShelvedModel } from '@filmwright/engines/models/model-shelf';
import { workingEngines } from './probe-engines.ts';
import { workingModels } from './probe-models.ts';

/** Puts a model that comes along on a home's shelf under another name, needing more memory than any machine has. */
function addHuge(home: string, { card: sound, folder }: ShelvedModel): void {
  const { builtIn: _, revision: __, ...shipped } = sound;
  const needs = { ...shipped.needs, tiers: [{ tier: 'cpu', ramMb: 1e12, vramMb: null }] } as const;
  const named = { ...shipped, name: `huge-${sound.capability}`, needs };
  const card = { ...named, revision: revisionOf(named) };
  const place = join(home, 'models', card.name, card.revision.slice(7, 19));
  mkdirSync(join(place, 'files'), { recursive: true });
  writeFileSync(join(place, 'card.json'), JSON.stringify(card));
  for (const { path } of card.files) cpSync(join(folder, path), join(place, 'files', path));
}

test('a model that is too large for this machine is named and left out, whatever it does', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-engines-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const before = [await workingEngines({ home, tempDir: home, tried: false }), await workingModels({ home, tried: false })] as const;
  const names = ['selfie-segmentation', 'backdrops', 'real-esrgan-animevideo'];
  for (const model of await listModels({ home })) if (names.includes(model.card.name)) addHuge(home, model);
  assert.equal((await listModels({ home })).filter(({ card }) => card.name.startsWith('huge-')).length, 3);
  const after = [await workingEngines({ home, tempDir: home, tried: false }), await workingModels({ home, tried: false })] as const;
  assert.deepEqual(
    [after[0].models, after[0].generators, after[1].modelsFor],
    [before[0].models, before[0].generators, before[1].modelsFor],
  );
  const warnings = [...after[0].warnings, ...after[1].warnings].sort();
  assert.deepEqual(
    warnings.map(
      (warning) => /^The model (\S+)@.* too large for this machine; it is not offered: it needs 1000000000000 MB/.exec(warning)?.[1],
    ),
    ['huge-matting', 'huge-text-to-video', 'huge-upscaling'],
  );
});

test('what is installed is offered where it does a little work; a model that does not run is named and left out', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-engines-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const shipped = (await listModels({ home })).find(({ card }) => card.capability === 'matting');
  assert.ok(shipped);
  const changed = { ...shipped.card, name: 'broken', builtIn: false };
  const digest = `sha256-${createHash('sha256').update('this is no model').digest('hex')}`;
  const files = changed.files.map((file) => ({ ...file, digest }));
  const card = { ...changed, files, revision: revisionOf({ ...changed, files }) };
  const place = join(home, 'models/broken', card.revision.slice(7, 19));
  mkdirSync(join(place, 'files'), { recursive: true });
  writeFileSync(join(place, 'card.json'), JSON.stringify(card));
  writeFileSync(join(place, 'files/model.onnx'), 'this is no model');
  const untried = await workingEngines({ home, tempDir: home, tried: false });
  assert.ok(untried.models.some((model) => model.card.name === 'broken'));
  const { voices, models, warnings } = await workingEngines({ home, tempDir: home, tried: true });
  assert.deepEqual(
    models.map((model) => model.card.name),
    untried.models.map((model) => model.card.name).filter((name) => name !== 'broken'),
  );
  assert.equal(voices.length, untried.voices.length);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /The model broken@[0-9a-f]{12} is installed and does not run/);
});
