import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { epochOf } from './testing/lead.ts';
import { someBuild } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

test('A6: what a leader found and how it sized pools is written by whoever leads, and by nobody that led before', async () => {
  const { records } = await server.open();
  const turn = await records.takeTurn();
  const epoch = await epochOf(records);
  const under = { turn };
  const rest = { name: 'bad', failures: 3, restMs: 30_000, untilInMs: 20_000 };
  const time = { name: 'encode', ms: 5, count: 2 };
  const followed = { kind: 'draw', done: 3.5, came: [{ count: 1.25, afterMs: 200, like: { capability: 'join "it"' } }] };
  const size = { name: 'cloud', minimum: 0, maximum: 4, wanted: 2, costPerHour: 0.9, reason: 'work waits' };
  const pools = [{ name: 'cloud', spec: 'small', kinds: null }];
  await records.namePools(pools);
  await records.saveRests([rest], { epoch });
  await records.saveLearned([time], { epoch });
  await records.saveFollowUps(
    [
      { ...followed, came: [] },
      { ...followed, kind: 'cut' },
    ],
    { epoch },
  );
  await records.saveFollowUps([followed], { epoch });
  await records.savePoolStates([size], under);
  await records.noteStart({ pool: 'cloud', startMs: 1000 }, under);
  const [next] = [await records.takeTurn(), await records.takeLead()];
  const stale = { code: 'lease-stale' };
  await assert.rejects(records.saveStandings([], { id: randomUUID(), lines: [], epoch }), stale);
  await assert.rejects(records.saveRests([], { epoch }), stale);
  await assert.rejects(records.saveLearned([{ ...time, ms: 9 }], { epoch }), stale);
  await assert.rejects(records.saveFollowUps([{ ...followed, done: 9 }], { epoch }), stale);
  await assert.rejects(records.savePoolStates([{ ...size, wanted: 0 }], under), stale);
  await assert.rejects(records.noteStart({ pool: 'cloud', startMs: 9000 }, under), stale);
  await assert.rejects(records.noteShort(['cloud'], under), stale);
  assert.deepEqual(
    (await records.fleetSnapshot()).rests?.map(({ name }) => name),
    ['bad'],
  );
  assert.deepEqual(await records.learnedTimes(), [time]);
  assert.deepEqual(await records.learnedFollowUps(), [followed, { ...followed, kind: 'cut' }], 'what was found last comes first');
  assert.deepEqual(
    (await records.fleetFacts()).pools.map(({ wanted }) => wanted),
    [2],
  );
  const [known] = await records.rememberPools(pools);
  assert.deepEqual([known?.startMs, known?.shortAgoMs], [1000, null]);
  await records.noteShort(['cloud'], { turn: next });
  assert.notEqual((await records.rememberPools(pools))[0]?.shortAgoMs, null);
});

test('A5, S4: who was followed draws no number to grant under, stores no views, and neither starts nor stops machines', async () => {
  const { records } = await server.open();
  const { id: buildId } = await someBuild(records);
  const turn = await records.takeTurn();
  await records.takeLead(turn);
  const later = await records.takeTurn();
  const acts = (under: { readonly turn: number }): readonly (() => Promise<unknown>)[] => [
    () => records.checkTurn(under.turn),
    () => records.takeLead(under.turn),
    () => records.saveShots({ buildId, ...under }, { shots: [] } as never),
    () => records.savePackage({ buildId, ...under }, { renditions: [] } as never),
    () => records.addMachines([{ id: 'm', pool: 'p' }], under),
    () => records.stopMachine('m', under),
  ];
  for (const act of acts({ turn })) await assert.rejects(act(), { code: 'lease-stale' });
  assert.deepEqual([await records.machines(), await records.buildShots(buildId), await records.webPackage(buildId)], [[], null, null]);
  for (const act of acts({ turn: later })) await act();
  assert.deepEqual(
    (await records.machines()).map(({ id, state }) => [id, state]),
    [['m', 'stopping']],
  );
});
