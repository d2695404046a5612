import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, type RunnerOffer, toProblem } from '@filmwright/contracts';
import type { BringingPool } from '@filmwright/core/plan/pool-models';
import { type ControllerOptions, runController } from './run-controller.ts';
import { createMemoryLedger, type MemoryLedger } from './testing/memory-ledger.ts';
import { planChain } from './testing/plan-chain.ts';
import { runBeside } from './testing/run-beside.ts';

const runner: RunnerOffer = { name: 'r1', pid: 1, slots: 2, kinds: ['subtitles'], toolchain: {}, voices: [], models: [], fonts: [] };
const failure = toProblem(new FilmwrightError('task-failed', 'It did not work.'));

/** Runs a controller until the test or the returned function ends it. */
function start(context: TestContext, ledger: MemoryLedger, changes: Partial<ControllerOptions> = {}): () => Promise<void> {
  return runBeside(context, (beside) =>
    runController({ ...beside, records: ledger.records, plan: planChain, runnerWaitMs: 30_000, ...changes }),
  );
}

async function until(what: () => boolean, whatFor: string): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    assert.ok(tries < 1000, `waited too long for ${whatFor}`);
    await sleep(10);
  }
}

/** Does every task that comes, until the build has ended. */
async function workUntilEnd(ledger: MemoryLedger, id: string): Promise<readonly string[]> {
  const worked: string[] = [];
  await until(() => {
    for (const key of ledger.waiting()) {
      worked.push(key);
      ledger.finish(key);
    }
    return ledger.ends.has(id);
  }, `the end of build ${id}`);
  return worked;
}

test('a build goes from its first task to its end, each task once, in the order that results allow', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const { id } = ledger.order({ shots: ['a', 'b'] });
  const worked = await workUntilEnd(ledger, id);
  assert.deepEqual([...worked].sort(), [
    'assemble:output of encode:output of speak:a+output of encode:output of speak:b',
    'encode:output of speak:a',
    'encode:output of speak:b',
    'speak:a',
    'speak:b',
  ]);
  const end = ledger.ends.get(id);
  assert.equal(end?.state, 'succeeded');
  assert.equal(end?.progress.percent, 100);
  assert.deepEqual(end?.progress.tasks, { total: 5, done: 5, run: 5, reused: 0 });
  assert.equal(
    ledger.rows.get(id)?.every((row) => row.key !== null),
    true,
  );
});

test('a second build of the same film runs nothing and says so', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const first = ledger.order({ shots: ['a', 'b'] });
  await workUntilEnd(ledger, first.id);
  const second = ledger.order({ shots: ['a', 'b'] });
  assert.deepEqual(await workUntilEnd(ledger, second.id), []);
  assert.deepEqual(ledger.ends.get(second.id)?.progress.tasks, { total: 5, done: 5, run: 0, reused: 5 });
});

test('a controller that is stopped anywhere is followed by one that goes on without doing a task again', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  const { id } = ledger.order({ shots: ['a', 'b', 'c'] });
  const worked: string[] = [];
  while (!ledger.ends.has(id)) {
    const stop = start(context, ledger);
    const before = ledger.waiting().length;
    await until(() => ledger.waiting().length > before || ledger.waiting().length > 0 || ledger.ends.has(id), 'work');
    await stop();
    const [key] = ledger.waiting();
    if (key) {
      worked.push(key);
      ledger.finish(key);
    }
  }
  assert.equal(ledger.ends.get(id)?.state, 'succeeded');
  assert.equal(new Set(worked).size, worked.length);
  assert.equal(worked.length, 7);
  assert.deepEqual(ledger.ends.get(id)?.progress.tasks, { total: 7, done: 7, run: 7, reused: 0 });
});

test('a failed task fails its build with the reason; the next build tries it anew', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const first = ledger.order({ shots: ['a'] });
  await until(() => ledger.waiting().length === 1, 'the first task');
  ledger.fail('speak:a', failure);
  await until(() => ledger.ends.has(first.id), 'the failure');
  assert.equal(ledger.ends.get(first.id)?.state, 'failed');
  assert.deepEqual(ledger.ends.get(first.id)?.problem, failure);

  const second = ledger.order({ shots: ['a'] });
  assert.equal((await workUntilEnd(ledger, second.id)).length, 3);
  assert.equal(ledger.ends.get(second.id)?.state, 'succeeded');
});

test('a planner that throws fails the build as internal, and the others go on', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const broken = ledger.order({ shots: [], broken: true });
  const whole = ledger.order({ shots: ['a'] });
  await workUntilEnd(ledger, whole.id);
  await until(() => ledger.ends.has(broken.id), 'the end of the broken one');
  const problem = ledger.ends.get(broken.id)?.problem;
  assert.equal(problem?.code, 'internal');
  assert.match(problem?.detail ?? '', /shots of undefined/);
});

test('a cancelled build is let go of', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const { id } = ledger.order({ shots: ['a'] });
  await until(() => ledger.waiting().length === 1, 'the first task');
  const lists = ledger.lists();
  ledger.cancel(id);
  await until(() => ledger.lists() > lists, 'the next list');
  const saves = ledger.saves.length;
  ledger.finish('speak:a');
  const later = ledger.lists();
  await until(() => ledger.lists() > later, 'one more list');
  assert.equal(ledger.saves.length, saves);
  assert.equal(ledger.ends.has(id), false);
});

test('without a runner a build waits, and then says what is missing; one that comes in time is taken', async (context) => {
  const ledger = createMemoryLedger();
  start(context, ledger, { runnerWaitMs: 600 });
  const lonely = ledger.order({ shots: ['a'] });
  await until(() => ledger.ends.has(lonely.id), 'the end');
  assert.equal(ledger.ends.get(lonely.id)?.problem?.code, 'unavailable');
  assert.match(ledger.ends.get(lonely.id)?.problem?.detail ?? '', /npm start/);
  assert.equal(ledger.saves.length, 0);

  const lucky = ledger.order({ shots: ['a'] });
  ledger.setRunners([runner]);
  await workUntilEnd(ledger, lucky.id);
  assert.equal(ledger.ends.get(lucky.id)?.state, 'succeeded');
});

test('a build is planned by what machines of pools offered last while none of them is there, and waits for them', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([{ ...runner, atRest: 'doubted' }]);
  start(context, ledger, { runnerWaitMs: 50 });
  const { id } = ledger.order({ shots: ['a'] });
  await until(() => ledger.waiting().length > 0, 'its first task');
  await sleep(200);
  assert.equal(ledger.ends.has(id), false);
  await workUntilEnd(ledger, id);
});

test('plans know which pools may bring models, of a film that must be made in one place those there, and are made anew when that changes', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  const pool = { region: null, models: ['oil'], scouting: 'due', scoutAt: null, isSeen: false, bringing: [] } as const;
  let pools: readonly BringingPool[] = [
    { ...pool, name: 'near', region: 'eu' },
    { ...pool, name: 'far' },
  ];
  const known = new Map<string, unknown>();
  start(context, ledger, {
    bringingPools: async () => pools,
    plan: (input) => {
      known.set(
        input.buildId,
        input.offer.pools?.map(({ name, scouting }) => `${name} ${scouting}`),
      );
      return { ...planChain(input), ready: [], end: null, awaits: { pools: ['near'], text: `It waits for ${pools[0]?.scouting}.` } };
    },
  });
  const anywhere = ledger.order({ shots: ['a'] });
  const there = ledger.order({ shots: ['b'] }, { region: 'eu' });
  const elsewhere = ledger.order({ shots: ['c'] }, { pool: 'other' });
  await until(() => known.size === 3, 'a plan of each');
  assert.deepEqual(
    [anywhere, there, elsewhere].map(({ id }) => known.get(id)),
    [['near due', 'far due'], ['near due'], undefined],
  );
  pools = [{ ...pool, name: 'near', region: 'eu', scouting: 'coming' }];
  const saved = (): unknown => ledger.saves.findLast(({ buildId }) => buildId === there.id)?.awaits;
  await until(() => JSON.stringify(saved()).includes('coming'), 'the plan that knows of it');
  assert.deepEqual(saved(), { pools: ['near'], text: 'It waits for coming.' });
});

test('what a machine is through with fetching between two looks stands among what is offered, and no plan holds it for missing', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  let bringing: readonly string[] = ['oil'];
  const come = (): void => {
    if (!isOrdered) return;
    ledger.setRunners([{ ...runner, models: ['oil@1'] }]);
    bringing = [];
  };
  let isOrdered = false;
  const told: unknown[] = [];
  const offers = async () => {
    const found = await ledger.records.offers();
    come();
    return found;
  };
  start(context, ledger, {
    records: { ...ledger.records, offers },
    bringingPools: async () => {
      const pool = { name: 'near', region: null, models: ['oil'], scouting: 'known', scoutAt: null, isSeen: true, bringing } as const;
      come();
      return [pool];
    },
    plan: (input) => {
      isOrdered = true;
      told.push([input.offer.models, input.offer.pools?.[0]?.bringing]);
      return { ...planChain(input), ready: [], end: null };
    },
  });
  ledger.order({ shots: ['a'] });
  await until(() => JSON.stringify(told.at(-1)) === '[["oil@1"],[]]', 'the plan with the model');
  assert.deepEqual(
    told.filter((one) => JSON.stringify(one) === '[[],[]]'),
    [],
  );
});

test('a database that is away stops nothing: the build goes on when it is back', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const { id } = ledger.order({ shots: ['a'] });
  await until(() => ledger.waiting().length === 1, 'the first task');
  ledger.setTrouble(new FilmwrightError('unavailable', 'The database does not answer.'));
  ledger.finish('speak:a');
  await sleep(300);
  ledger.setTrouble(null);
  await workUntilEnd(ledger, id);
  assert.equal(ledger.ends.get(id)?.state, 'succeeded');
});

test('a plan that is long in being stored holds up no other, and no build is planned twice at once, also after a round that broke off', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  const slow = ledger.order({ shots: ['slow'] });
  const others = ['a', 'b', 'c', 'd'].map((shot) => ledger.order({ shots: [shot] }));
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  context.after(() => release());
  let under = 0;
  let most = 0;
  let breaks = 1;
  const records = {
    ...ledger.records,
    async savePlan(plan: Parameters<typeof ledger.records.savePlan>[0]) {
      if (plan.buildId === slow.id) {
        most = Math.max(most, ++under);
        await released;
        under--;
      }
      if (plan.buildId === others[1]?.id && breaks-- > 0) throw new FilmwrightError('unavailable', 'The database is away.');
      return ledger.records.savePlan(plan);
    },
  };
  start(context, ledger, { records });
  await until(() => ledger.waiting().includes('speak:a'), 'the plan of another build');
  assert.equal(ledger.waiting().includes('speak:slow'), false);
  await sleep(1500);
  assert.equal(most, 1);
  release();
  for (const { id } of [slow, ...others]) await workUntilEnd(ledger, id);
  assert.equal(most, 1);
  assert.equal(breaks < 1, true, 'a round broke off');
});

test('a film of ten thousand shots is driven to its end without reading finished tasks again and again', async (context) => {
  const ledger = createMemoryLedger();
  ledger.setRunners([runner]);
  start(context, ledger);
  const shots = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
  const { id } = ledger.order({ shots });
  await workUntilEnd(ledger, id);
  assert.equal(ledger.ends.get(id)?.state, 'succeeded');
  assert.equal(ledger.tasks.size, 20_001);
  assert.ok(ledger.keysRead() < 20_001 * 8, `${ledger.keysRead()} keys read`);
  assert.ok(ledger.saves.length < 50, `${ledger.saves.length} plans stored`);
});
