import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { workingEngines } from './probe-engines.ts';

test('what is installed is offered where it does a little work; a model that does not run is named and left out', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-engines-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const shipped = join(import.meta.dirname, '../../../packages/engines/models/selfie-segmentation/card.json');
  const card = JSON.parse(readFileSync(shipped, 'utf8')) as Record<string, unknown>;
  mkdirSync(join(home, 'models/broken'), { recursive: true });
  writeFileSync(join(home, 'models/broken/card.json'), JSON.stringify({ ...card, name: 'broken', builtIn: false }));
  writeFileSync(join(home, 'models/broken/model.onnx'), 'this is no model');
  const untried = await workingEngines({ home, tempDir: home, tried: false });
  assert.ok(untried.models.some((model) => model.card.name === 'broken'));
  const { voices, models, warnings } = await workingEngines({ home, tempDir: home, tried: true });
  assert.deepEqual(
    models.map((model) => model.card.name),
    untried.models.map((model) => model.card.name).filter((name) => name !== 'broken'),
  );
  assert.equal(voices.length, untried.voices.length);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /The model broken is installed and does not run/);
});
