import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { epochOf } from './testing/lead.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test('A6: what a leader found and how it sized pools is written by whoever leads, and by nobody that led before', async () => {
  const { records } = await server.open();
  const turn = await records.takeTurn();
  const epoch = await epochOf(records);
  const under = { turn };
  const rest = { name: 'bad', failures: 3, restMs: 30_000, untilInMs: 20_000 };
  const time = { name: 'encode', ms: 5, count: 2 };
  const size = { name: 'cloud', minimum: 0, maximum: 4, wanted: 2, costPerHour: 0.9, reason: 'work waits' };
  const pools = [{ name: 'cloud', spec: 'small', kinds: null }];
  await records.namePools(pools);
  await records.saveRests([rest], { epoch });
  await records.saveLearned([time], { epoch });
  await records.savePoolStates([size], under);
  await records.noteStart({ pool: 'cloud', startMs: 1000 }, under);
  const [next] = [await records.takeTurn(), await records.takeLead()];
  const stale = { code: 'lease-stale' };
  await assert.rejects(records.saveStandings([], { id: randomUUID(), lines: [], epoch }), stale);
  await assert.rejects(records.saveRests([], { epoch }), stale);
  await assert.rejects(records.saveLearned([{ ...time, ms: 9 }], { epoch }), stale);
  await assert.rejects(records.savePoolStates([{ ...size, wanted: 0 }], under), stale);
  await assert.rejects(records.noteStart({ pool: 'cloud', startMs: 9000 }, under), stale);
  await assert.rejects(records.noteShort(['cloud'], under), stale);
  assert.deepEqual(
    (await records.fleetSnapshot()).rests?.map(({ name }) => name),
    ['bad'],
  );
  assert.deepEqual(await records.learnedTimes(), [time]);
  assert.deepEqual(
    (await records.fleetFacts()).pools.map(({ wanted }) => wanted),
    [2],
  );
  const [known] = await records.rememberPools(pools);
  assert.deepEqual([known?.startMs, known?.shortAgoMs], [1000, null]);
  await records.noteShort(['cloud'], { turn: next });
  assert.notEqual((await records.rememberPools(pools))[0]?.shortAgoMs, null);
});
