import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { modelName } from '@filmwright/contracts';
import { listModels } from '@filmwright/engines/models/model-shelf';
import { readIntoMemory, takeOn } from './read-into-memory.ts';
import { createWeightsAhead } from './weights-ahead.ts';

function homeOf(context: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-weights-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

test('weights are read once in ten minutes for all runners of a home, and no more than there is room for', async (context) => {
  const home = homeOf(context);
  const paths = ['a', 'b'].map((name) => join(home, name));
  for (const path of paths) writeFileSync(path, Buffer.alloc(1_500_000));
  const notes = join(home, 'notes');
  const { signal } = new AbortController();
  const read = (name: string, spareBytes: number): Promise<number> => readIntoMemory({ notes, name, paths, spareBytes, signal });
  const take = (): Promise<boolean> => takeOn({ notes, name: 'one' });
  assert.deepEqual([await take(), await take()], [true, false], 'one of the runners of a machine does it');
  assert.equal(await read('one', 2_999_999), 0);
  assert.equal(await read('one', 3_000_000), 3_000_000);
  assert.equal(await read('one', 9e9), 0, 'it is there still');
  assert.equal(await read('two', 5_999_999), 0, 'it would take the place of the first');
  assert.equal(await read('two', 6_000_000), 3_000_000);
  for (const note of await readdir(notes)) utimesSync(join(notes, note), 0, 0);
  assert.equal(await take(), true);
  assert.equal(await read('one', 3_000_000), 3_000_000);
  assert.equal(await take(), false);
  await assert.rejects(
    readIntoMemory({ notes, name: 'three', paths, spareBytes: 9e9, signal: AbortSignal.abort(new Error('over')) }),
    /over/,
  );
});

test('models that a runner is told of are read by a process of its own; one that is not there is nothing', {
  timeout: 60_000,
}, async (context) => {
  const home = homeOf(context);
  const all = await listModels({ home });
  const [smallest] = all.toSorted((a, b) => bytesOf(a) - bytesOf(b));
  assert.ok(smallest !== undefined);
  const name = modelName([smallest.ref]) ?? '';
  const told: unknown[] = [];
  await new Promise<void>((resolve) => {
    const weights = createWeightsAhead({
      home,
      onRead: (model) => told.push([model]),
      log(_level, message, facts) {
        told.push([message, facts]);
        void weights.close().then(resolve);
      },
    });
    weights.add(['model nobody@sha256-0', name]);
  });
  assert.deepEqual(told, [['weights were read into memory', { model: name, bytes: bytesOf(smallest) }], [name]]);
});

function bytesOf({ card }: { readonly card: { readonly files: readonly { readonly bytes: number }[] } }): number {
  return card.files.reduce((sum, { bytes }) => sum + bytes, 0);
}
