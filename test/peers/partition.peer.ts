import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { drillRound } from '../../apps/cli/src/drill/drill-round.ts';
import type { Fault } from '../../apps/cli/src/drill/fault.ts';
import { sequence } from '../../packages/core/src/index.ts';
import { noNamespaces } from './namespaces.ts';
import { type PartedPlatform, said, startPartedPlatform } from './parted-platform.ts';

const skip = noNamespaces();
const seed = Number(process.env.FILMWRIGHT_SEED) || 20;
const random = sequence(seed);
let platform: PartedPlatform;
let round = 0;

before(async () => {
  if (skip === false) platform = await startPartedPlatform();
});
after(() => platform?.stop());

/** A round of the drill with a fault that networks alone can have; all that it counts must be 0. */
async function drilled(context: TestContext, fault: Omit<Fault<PartedPlatform>, 'cannot'>): Promise<void> {
  const found = await drillRound({ platform, fault: { cannot: () => null, ...fault }, seed: seed * 1000 + round++, random });
  context.diagnostic(`seed ${seed}: ${found.did}. ${found.saw} (${(found.wallMs / 1000).toFixed(1)} s)`);
  assert.deepEqual(
    { took: found.took, lost: found.lost, rerun: found.rerun, doubleCharged: found.doubleCharged, wrongBytes: found.wrongBytes },
    { took: true, lost: 0, rerun: 0, doubleCharged: 0, wrongBytes: 0 },
  );
}

/** Waits for a task that a runner has, and gives its key and fence. */
async function taskOf(pid: number): Promise<{ readonly key: string; readonly fence: number }> {
  for (const untilMs = performance.now() + 60_000; performance.now() < untilMs; await sleep(20)) {
    const runner = (await platform.records.runners()).find((one) => one.pid === pid);
    const { tasks } = await platform.records.fleetSnapshot();
    const held = tasks.find(({ lease }) => lease !== null && lease.runnerId === runner?.runnerId);
    if (held?.lease) return { key: held.key, fence: held.lease.fence };
  }
  throw new Error(`the runner ${pid} has no task`);
}

/** Waits until a task is another's, or done by another. */
async function givenAway(key: string): Promise<void> {
  const runner = (await platform.records.runners()).find((one) => one.pid === platform.far.pid());
  for (const untilMs = performance.now() + 60_000; performance.now() < untilMs; await sleep(50)) {
    const { tasks } = await platform.records.fleetSnapshot();
    const found = tasks.find((task) => task.key === key);
    if (found === undefined || (found.lease !== null && found.lease.runnerId !== runner?.runnerId)) return;
  }
  throw new Error(`the task ${key} was not given away`);
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
/** Late ends of tasks that a gateway refused, and leases that it told a runner are stale. */
const refusals = (log: string): number =>
  count(log, /"path":"\/v1\/runners\/[^"]+\/(?:complete|fail)","status":409/g) + count(log, /"msg":"leases are stale"/g);

test('a runner whose line is cut loses its lease to another, and what it says once the line is back is refused', {
  skip,
}, async (context) => {
  const { far, mainGateway } = platform;
  const before = refusals(mainGateway.log());
  await drilled(context, {
    name: 'cut the line of a runner',
    layers: 4,
    async inflict() {
      const { key } = await taskOf(far.pid());
      far.net.down();
      await givenAway(key);
      far.net.up();
      for (const untilMs = performance.now() + 60_000; refusals(mainGateway.log()) === before; await sleep(50))
        assert.ok(performance.now() < untilMs, `nothing of the runner was refused: ${far.log().slice(-1500)}`);
      return {
        did: `the line of the runner ${far.pid()} was down until its task was another's`,
        heal: async () => {},
        saw: () => `${refusals(mainGateway.log()) - before} late words were refused`,
        took: () => refusals(mainGateway.log()) > before,
      };
    },
  });
});

test('a runner on a line that comes and goes all the time does its work', { skip }, async (context) => {
  const { far } = platform;
  await drilled(context, {
    name: 'shake the line of a runner',
    layers: 4,
    async inflict() {
      await taskOf(far.pid());
      for (let times = 0; times < 20; times++) {
        far.net.down();
        await sleep(20 + 180 * random());
        far.net.up();
        await sleep(20 + 180 * random());
      }
      return { did: 'the line of a runner went down 20 times', heal: async () => {}, took: () => true };
    },
  });
});

test('a gateway that is cut from the database, and the runner beside it, come back and lose nothing', { skip }, async (context) => {
  const { gateway, beside } = platform;
  await drilled(context, {
    name: 'cut the line of a gateway',
    layers: 4,
    async inflict() {
      await taskOf(beside.pid());
      gateway.net.down();
      await sleep(6000);
      gateway.net.up();
      return { did: 'the line from a gateway to the database was down for 6 s', heal: async () => {}, took: () => true };
    },
  });
});

test('a leader whose line to the database is cut is followed by the other within seconds, and changes nothing when it is back', {
  skip,
}, async (context) => {
  const { leads, standby, near } = platform;
  let awayMs = 0;
  await drilled(context, {
    name: 'cut the line of the leader',
    layers: 6,
    async inflict() {
      await taskOf(near.pid());
      const cutMs = performance.now();
      leads.net.down();
      await said(standby, '"msg":"leading"');
      awayMs = performance.now() - cutMs;
      leads.net.up();
      await said(leads, '"msg":"leadership lost"');
      await said(leads, '"msg":"another controller leads; standing by"');
      return {
        did: 'the line from the leading controller to the database was down until another led',
        heal: async () => {},
        saw: () => `the other led after ${(awayMs / 1000).toFixed(1)} s`,
        took: () => awayMs > 0,
      };
    },
  });
  // The database gives up a connection that nobody answers on after 11 s, and a standby asks every second.
  assert.ok(awayMs < 30_000, `${awayMs} ms`);
});

test('a runner on a line that loses packets and is slow does its work', { skip }, async (context) => {
  const why = platform.far.net.worsen({ lossPercent: 15, delayMs: 40 });
  if (why !== null) return context.skip(`this kernel loses no packets on purpose (tc netem): ${why}`);
  await drilled(context, {
    name: 'lose packets of a runner',
    async inflict() {
      await taskOf(platform.far.pid());
      return { did: 'of every hundred packets to a runner 15 were lost, and all were 40 ms late', heal: async () => {}, took: () => true };
    },
  });
});
