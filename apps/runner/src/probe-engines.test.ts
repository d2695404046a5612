import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listModels, revisionOf } from '@filmwright/engines';
import { workingEngines } from './probe-engines.ts';

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
