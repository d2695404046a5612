import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AheadFile, FilmwrightError, type Lease, type Task, toProblem } from '@filmwright/contracts';
import type { Done, Returned } from './executor.ts';
import { type LeaseWork, leaseAndWork } from './lease-work.ts';
import type { BatchEnd } from './messages.ts';
import type { WorkingExecutor } from './run-leases.ts';
import { createRunnerMetrics } from './runner-metrics.ts';

const done: Done = { type: 'done', output: {}, assets: [], wallMs: 5, cpuMs: 4, loadMs: 1 };
/** Each lease has a fence of its own. */
let fences = 0;
const leaseOf = (key: string): Lease => {
  const task: Task = {
    key,
    kind: 'subtitles',
    version: 2,
    toolchain: '',
    payload: { cues: [], language: 'en' },
    estimateMs: 1,
    rank: 0,
    inputs: [],
  };
  fences += 1;
  return { task, fence: fences, attempt: 1, leaseMs: 400 };
};

/** A gateway and executors that do what the test says. Polls wait until a lease is given or they are aborted. */
function scene({ slots = 1 } = {}) {
  const drain = new AbortController();
  const end = new AbortController();
  const offers = new AbortController();
  const given: Lease[] = [];
  const said: string[] = [];
  const trying: string[] = [];
  const stale = new Set<string>();
  const back = new Set<string>();
  const works: { readonly key: string; readonly finish: () => void; readonly signal: AbortSignal }[] = [];
  let away = false;
  let beats = 0;
  let full = false;
  let refusal: FilmwrightError | null = null;
  const polls = { count: 0, most: 0, marks: new Set<string | undefined>() };
  const told = { draining: false };
  const hints: { ahead?: readonly AheadFile[]; aheadModels?: readonly string[]; drain?: boolean } = {};
  const work: LeaseWork = {
    runnerId: 'me',
    leaseMs: 400,
    log: () => {},
    cache: () => null,
    hasRoom: async () => !full,
    figures: createRunnerMetrics({ slots, cache: () => null }),
    endings: { drain: drain.signal, end: end.signal },
    offerChanged: offers.signal,
    ahead: { add: (files) => void said.push(...files.map(({ digest }) => `fetches ${digest} ahead`)) },
    weights: {
      add: (models) => void said.push(...models.map((model) => `reads ${model}`)),
      now: () => null,
      sourceOf: async () => null,
    },
    trials: { idle: () => void trying.push('idle'), busy: () => void trying.push('busy') },
    onDrain: () => drain.abort(),
    executors: Array.from(
      { length: slots },
      (): WorkingExecutor => ({
        held: [],
        devices: [],
        close: () => {},
        unload: async () => {},
        runBatch: async (members) => {
          said.push(`as one ${members.map(({ task }) => task.key).join()}`);
          const took = { wallMs: 30, cpuMs: 15, loadMs: 1 };
          const endOf = (key: string): BatchEnd => {
            if (key === 'bad') return { ...took, problem: toProblem(new Error('bad')) };
            return key === 'bordered' ? { ...took, resume: { step: 3 } } : { ...took, output: {}, assets: [] };
          };
          return { type: 'ran', ends: members.map(({ task }) => endOf(task.key)) };
        },
        run: (task, { signal, back: asked, resume }) =>
          new Promise<Done | Returned>((resolve, reject) => {
            if (resume !== undefined) said.push(`${task.key} goes on from ${JSON.stringify(resume)}`);
            if (task.key === 'bordered') asked.addEventListener('abort', () => resolve({ type: 'returned', resume: { step: 3 } }));
            works.push({ key: task.key, finish: () => resolve(done), signal });
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          }),
      }),
    ),
    client: {
      async leaseTasks({ max, signal, request }) {
        polls.count++;
        polls.marks.add(request);
        polls.most = Math.max(polls.most, max);
        for (;;) {
          signal?.throwIfAborted();
          if (refusal !== null) throw refusal;
          if (away) throw new FilmwrightError('unavailable', 'The gateway is away.');
          if (given.length > 0) return given.splice(0, max);
          await sleep(5);
        }
      },
      async heartbeat({ draining, leases, beat, stopped = [] }) {
        assert.equal(beat, ++beats, 'heartbeats are counted');
        told.draining ||= draining === true;
        for (const one of stopped) said.push(`stopped ${one.key} ${leases.length}`);
        if (refusal !== null) throw refusal;
        return { stale: [...stale], back: [...back], ...hints };
      },
      async completeTask({ key }) {
        said.push(`done ${key}`);
      },
      async handBack({ key, resume }) {
        said.push(`handed back ${key} ${JSON.stringify(resume)}`);
      },
      async failTask({ key, problem }) {
        said.push(`failed ${key} ${problem.code}`);
      },
    },
  };
  const over = leaseAndWork(work);
  over.catch(() => {});
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await sleep(5);
  };
  const setAway = (now: boolean): void => {
    away = now;
  };
  const setFull = (now: boolean): void => {
    full = now;
  };
  const refuse = (error: FilmwrightError): void => {
    refusal = error;
  };
  return { drain, end, offers, given, said, trying, stale, back, works, polls, told, hints, over, until, setAway, setFull, refuse };
}

test('several slots work at once, no more is asked for than there are free ones, and models are tried only while all are', {
  timeout: 20_000,
}, async () => {
  const { given, works, polls, said, trying, over, until, drain } = scene({ slots: 2 });
  given.push(leaseOf('a'), leaseOf('b'), leaseOf('c'));
  await until(() => works.length === 2);
  works[0]?.finish();
  await until(() => works.length === 3);
  assert.equal(polls.most, 2);
  for (const one of works) one.finish();
  await until(() => said.length === 3 && trying.at(-1) === 'idle');
  drain.abort();
  await over;
  assert.deepEqual(trying, ['idle', 'busy', 'busy', 'busy', 'idle', 'busy']);
});

test('a draining runner takes nothing more and finishes what it has', { timeout: 20_000 }, async () => {
  const { given, works, polls, said, told, over, until, drain } = scene();
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  given.push(leaseOf('b'));
  drain.abort();
  const asked = polls.count;
  await sleep(50);
  works[0]?.finish();
  await over;
  assert.deepEqual(said, ['done a']);
  assert.equal(polls.count, asked);
  assert.equal(told.draining, true);
});

test('what is not finished when the grace time ends is stopped and not failed: leaving gives it back', { timeout: 20_000 }, async () => {
  const { given, works, said, over, until, drain, end } = scene();
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  drain.abort();
  end.abort(new Error('the grace time is over'));
  await over;
  assert.equal(works[0]?.signal.aborted, true);
  assert.deepEqual(said, []);
});

test('a stale lease is stopped, and its slot takes the next task', { timeout: 20_000 }, async () => {
  const { given, works, said, stale, over, until, drain } = scene();
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  stale.add('a');
  given.push(leaseOf('b'));
  await until(() => works.length === 2);
  assert.equal(works[0]?.signal.aborted, true);
  works[1]?.finish();
  await until(() => said.includes('done b'));
  assert.deepEqual([...said].sort(), ['done b', 'stopped a 0'], 'that it stopped is told once, at once, when it is held no more');
  drain.abort();
  await over;
});

test('a gateway that is away for a moment costs a busy runner nothing', { timeout: 20_000 }, async () => {
  const { given, works, polls, said, over, until, drain, setAway } = scene({ slots: 2 });
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  setAway(true);
  await sleep(50);
  const marks = polls.marks.size;
  await until(() => polls.count > 3);
  assert.equal(polls.marks.size, marks, 'a request whose reply was lost is said again');
  setAway(false);
  works[0]?.finish();
  await until(() => said.length === 1);
  given.push(leaseOf('b'));
  await until(() => works.length === 2);
  works[1]?.finish();
  drain.abort();
  await over;
  assert.deepEqual(said, ['done a', 'done b']);
});

test('a runner that is locked out stops its work, and says why', { timeout: 20_000 }, async () => {
  const { given, works, said, over, until, refuse } = scene();
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  refuse(new FilmwrightError('unauthorized', 'The credential was revoked.'));
  await assert.rejects(over, { code: 'unauthorized' });
  assert.equal(works[0]?.signal.aborted, true);
  assert.deepEqual(said, []);
});

test('a machine without room takes nothing more, and finishes what it has', { timeout: 20_000 }, async () => {
  const { given, works, polls, said, told, over, until, setFull } = scene({ slots: 3 });
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  setFull(true);
  given.push(leaseOf('b'));
  await until(() => works.length === 2);
  await until(() => told.draining);
  const asked = polls.count;
  given.push(leaseOf('c'));
  for (const one of works) one.finish();
  await over;
  assert.equal(polls.count, asked);
  assert.deepEqual(said, ['done a', 'done b']);
});

test('when the offer changes, what runs is finished before it is offered anew', { timeout: 20_000 }, async () => {
  const { given, works, said, over, until, offers } = scene();
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  offers.abort();
  await sleep(20);
  works[0]?.finish();
  await over;
  assert.deepEqual(said, ['done a']);
});

test('what is asked for is handed back at its border with what it needs to go on, and goes on from there', {
  timeout: 20_000,
}, async () => {
  const { given, works, said, back, over, until, drain } = scene({ slots: 2 });
  given.push(leaseOf('bordered'), leaseOf('whole'));
  await until(() => works.length === 2);
  back.add('bordered').add('whole');
  await until(() => said.length === 1);
  assert.deepEqual(said, ['handed back bordered {"step":3}']);
  back.clear();
  given.push({ ...leaseOf('bordered'), resume: { step: 3 } });
  await until(() => said.length === 2);
  assert.equal(said[1], 'bordered goes on from {"step":3}');
  // Whoever drains hands back what can be, and finishes the rest.
  drain.abort();
  await until(() => said.length === 3);
  works.find(({ key }) => key === 'whole')?.finish();
  await over;
  assert.deepEqual(said.slice(2), ['handed back bordered {"step":3}', 'done whole']);
});

test('leases of one batch run as one in one slot, and each is ended for itself', { timeout: 20_000 }, async () => {
  const { given, said, works, over, until, drain } = scene({ slots: 3 });
  given.push(...['a', 'bad', 'bordered'].map((key) => ({ ...leaseOf(key), batch: 'x' })));
  await until(() => said.length === 4);
  assert.deepEqual(said, ['as one a,bad,bordered', 'done a', 'failed bad internal', 'handed back bordered {"step":3}']);
  given.push(leaseOf('c'));
  await until(() => works.length === 1);
  works[0]?.finish();
  drain.abort();
  await over;
});

test('what may be needed is fetched or read ahead, and a runner that is asked to drain takes nothing more and ends', {
  timeout: 20_000,
}, async () => {
  const { given, said, works, hints, told, over, until } = scene();
  given.push(leaseOf('a'));
  await until(() => works.length === 1);
  hints.ahead = [{ digest: 'x', bytes: 1 }];
  hints.aheadModels = ['model m'];
  await until(() => said.includes('fetches x ahead') && said.includes('reads model m'));
  hints.drain = true;
  await until(() => told.draining);
  given.push(leaseOf('b'));
  works[0]?.finish();
  await over;
  assert.ok(said.includes('done a'));
  assert.deepEqual([works.length, given.length], [1, 1]);
});
