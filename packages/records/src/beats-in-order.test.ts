import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

test('A7b: what a runner holds and what is free is what its newest heartbeat told, though one before it comes later; of one that does not count, what came last', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, []);
  const tell = (model: string, beat?: number) =>
    records.noteHeld({ runnerId, models: [model], held: [{ device: 'GPU-1', models: [model] }], beat });
  const told = async () =>
    (await sql(`select held->>0 as held, held_on->0->'models'->>0 as place, free_mib->>'GPU-1' as free from runner`))[0];
  const free = (freeMib: number, beat?: number) => records.noteFree({ runnerId, free: [{ id: 'GPU-1', freeMib }], beat });
  await tell('model a', 1);
  await free(100, 1);
  await tell('model a', 3);
  await tell('model b', 2);
  await free(300, 3);
  await free(200, 2);
  assert.deepEqual(await told(), { held: 'model a', place: 'model a', free: '300' });
  await tell('model c', 4);
  await free(400, 4);
  assert.deepEqual(await told(), { held: 'model c', place: 'model c', free: '400' });
  const memory = (model: string | null, beat?: number) =>
    records.noteMemory({ runnerId, memory: model === null ? null : { budgetMib: 1, models: [model] }, beat });
  const inMemory = async () => (await sql(`select host_memory->'models'->>0 as model from runner`))[0]?.['model'];
  await memory('model a', 2);
  await memory('model b', 1);
  assert.equal(await inMemory(), 'model a');
  await memory('model c', 5);
  assert.equal(await inMemory(), 'model c');
  await memory(null, 4);
  assert.equal(await inMemory(), 'model c');
  await memory(null, 7);
  await memory('model c', 6);
  assert.equal(await inMemory(), null);
  await memory('model d');
  assert.equal(await inMemory(), 'model d');
  await tell('model old');
  await free(500);
  assert.deepEqual(await told(), { held: 'model old', place: 'model old', free: '500' });
});

test('A8: a word of files that comes after a later one changes nothing, and of two at once the later one holds', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, []);
  const came = (digest: string, beat?: number) => records.noteFiles({ runnerId, added: [digest], removed: [], beat });
  const went = (digest: string, beat?: number) => records.noteFiles({ runnerId, added: [], removed: [digest], beat });
  const told = async () =>
    (await sql('select digest from runner_file where runner_id = $1 order by digest', [runnerId])).map(({ digest }) => digest);
  await came('a', 1);
  await went('a', 3);
  await came('a', 2);
  assert.deepEqual(await told(), [], 'what left stays gone');
  await came('b', 5);
  await went('b', 4);
  assert.deepEqual(await told(), ['b'], 'what came back stays');
  await Promise.all([came('c', 6), went('c', 7)]);
  await Promise.all([went('d', 9), came('d', 8)]);
  assert.deepEqual(await told(), ['b']);
  await went('b');
  assert.deepEqual(await told(), [], 'of one that does not count, what came last');
});
