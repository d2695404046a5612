import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolMemoryStore } from './pool-store.ts';
import type { Records } from './records.ts';
import { someOffer } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();
const pools = [{ name: 'one', spec: 'small', kinds: null }];

/** What is known of the pool once its machines were looked at. */
async function known(records: PoolMemoryStore) {
  const [memory] = await records.rememberPools(pools);
  return memory ?? assert.fail();
}

async function join(records: Pick<Records, 'joinRunner'>, name: string, bringing: readonly string[] = []): Promise<string> {
  return (await records.joinRunner(someOffer({ name, pool: 'one', ...(bringing.length > 0 && { bringing }) }))).runnerId;
}

test('O8: a machine that is lost while it fetches and brought again under its id counts as another scout, and is waited for three times', async () => {
  const { records } = await server.open();
  await records.namePools(pools);
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  await records.noteScouts([{ pool: 'one', count: 1 }]);
  const seen: unknown[] = [];
  for (const mark of ['aaaaaa', 'bbbbbb', 'cccccc', 'dddddd']) {
    const runnerId = await join(records, `m1/${mark}`, ['oil']);
    const { isThere, isLost, bringing, losses, scouts } = await known(records);
    seen.push([isThere, isLost, bringing, losses, scouts]);
    await known(records);
    await records.leaveRunner(runnerId);
  }
  assert.equal((await records.machines())[0]?.losses, 3);
  assert.deepEqual(seen, [
    [true, false, ['oil'], 0, 1],
    [true, false, ['oil'], 1, 2],
    [true, false, ['oil'], 2, 3],
    [false, true, [], 0, 4],
  ]);
  assert.deepEqual([(await known(records)).isLost, (await known(records)).bringing], [true, []], 'between two times too');
  await join(records, 'm1/eeeeee');
  const { isThere, isLost, scouts } = await known(records);
  assert.deepEqual([isThere, isLost, scouts, (await records.machines())[0]?.losses], [true, false, 0, 0], 'through with it after all');
});

test('O8: a runner that joins again under its name was not lost', async () => {
  const { records } = await server.open();
  await records.namePools(pools);
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  for (let time = 0; time < 5; time++) {
    const runnerId = await join(records, 'm1/aaaaaa', ['oil']);
    assert.deepEqual([(await known(records)).bringing, (await known(records)).losses], [['oil'], 0]);
    await records.leaveRunner(runnerId);
  }
});

test('O7: what a machine still fetches is known while its runner leaves to offer anew, whichever others of the pool are there', async () => {
  const { records } = await server.open();
  await records.namePools(pools);
  await records.addMachines(['m1', 'm2'].map((id) => ({ id, pool: 'one' })));
  const fetching = await join(records, 'm1/aaaaaa', ['oil']);
  await known(records);
  await join(records, 'm2/aaaaaa');
  assert.deepEqual((await known(records)).bringing, ['oil']);
  await records.leaveRunner(fetching);
  const left = await known(records);
  assert.deepEqual([left.bringing, left.isThere, left.isLost], [['oil'], true, false]);
  await join(records, 'm1/aaaaaa');
  assert.deepEqual((await known(records)).bringing, []);
  const again = await join(records, 'm1/bbbbbb', ['oil']);
  await known(records);
  await records.leaveRunner(again);
  await records.stopMachine('m1');
  assert.deepEqual((await known(records)).bringing, [], 'it comes no more');
});
