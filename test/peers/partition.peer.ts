import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { drillRound } from '../../apps/cli/src/drill/drill-round.ts';
import type { Fault } from '../../apps/cli/src/drill/fault.ts';
import { sequence } from '../../packages/core/src/index.ts';
import { type LineCounts, type Namespace, noNamespaces } from './namespaces.ts';
import { type PartedPlatform, said, startPartedPlatform } from './parted-platform.ts';

const skip = noNamespaces();
const seed = Number(process.env.FILMWRIGHT_SEED) || 20;
const random = sequence(seed);
/** So often a line that is shaken goes down at the least. */
const timesDown = 20;
/** Twice as long as a lease, and less than after which the database gives a connection up. */
const cutMs = 6000;
const triesToHold = 20;
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
/** What was counted of a line since. */
const countsSince = (net: Namespace, before: LineCounts) => (): LineCounts => {
  const now = net.counts();
  return { downs: now.downs - before.downs, dropped: now.dropped - before.dropped, again: now.again - before.again };
};
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
      const before = far.net.counts();
      const shaken = countsSince(far.net, before);
      // While nothing is said, nothing is lost.
      for (let times = 0; times < timesDown || (shaken().dropped === 0 && times < 10 * timesDown); times++) {
        far.net.down();
        await sleep(20 + 180 * random());
        far.net.up();
        await sleep(20 + 180 * random());
      }
      const { downs, dropped } = shaken();
      return {
        did: 'the line of a runner came and went',
        heal: async () => {},
        saw: () => `it was down ${downs} times, and ${dropped} packets found no way`,
        took: () => downs >= timesDown && dropped > 0,
      };
    },
  });
});

test('a gateway that is cut from the database, and the runner beside it, come back and lose nothing', { skip }, async (context) => {
  const { gateway, beside } = platform;
  const late = (): number => [...gateway.log().matchAll(/"ms":(\d+)/g)].filter(([, ms]) => Number(ms) >= cutMs - 1000).length;
  await drilled(context, {
    name: 'cut the line of a gateway',
    layers: 4,
    async inflict() {
      const before = { late: late(), refusals: refusals(gateway.log()), counts: gateway.net.counts() };
      for (let tries = 1; ; tries++) {
        const { fence } = await taskOf(beside.pid());
        gateway.net.down();
        // What was on its way has come through by now, and its end cannot be told.
        await sleep(100);
        const { tasks } = await platform.records.fleetSnapshot();
        if (tasks.some(({ lease }) => lease?.fence === fence) || tries === triesToHold) break;
        gateway.net.up();
      }
      await sleep(cutMs);
      gateway.net.up();
      const answered = (): number => late() - before.late;
      for (const untilMs = performance.now() + 10_000; answered() === 0 && performance.now() < untilMs; ) await sleep(50);
      const { dropped } = countsSince(gateway.net, before.counts)();
      const refused = (): number => refusals(gateway.log()) - before.refusals;
      return {
        did: `the line from a gateway to the database was down for ${cutMs / 1000} s`,
        heal: async () => {},
        saw: () =>
          `${dropped} packets found no way, ${answered()} requests at the gateway waited for the database, and ${refused()} late words of its runner were refused`,
        took: ({ lost = 0 }) => dropped > 0 && answered() > 0 && refused() > 0 && lost > 0,
      };
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
  const { far } = platform;
  const why = far.net.worsen();
  if (why !== null)
    return context.skip(
      `lines are made narrow by the program tc (package iproute2) on a kernel with CONFIG_NET_SCH_TBF; here it says: ${why}`,
    );
  const since = countsSince(far.net, far.net.counts());
  await drilled(context, {
    name: 'lose packets of a runner',
    async inflict() {
      await taskOf(far.pid());
      return {
        did: 'the line of a runner carried 400 kbit/s, and what it had no room for was lost',
        heal: async () => {},
        saw: () => `${since().dropped} packets were lost, and the runner sent ${since().again} again`,
        took: () => since().dropped > 0 && since().again > 0,
      };
    },
  });
});
