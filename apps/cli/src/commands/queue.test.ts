import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Build, Fleet, RunnerList } from '@filmwright/contracts';
import { costText } from '../show/cost-text.ts';
import { progressDisplay } from '../show/progress-display.ts';
import { queueText } from './queue.ts';
import { readPressing } from './read-pressing.ts';
import { runnerListing, runnerListText } from './runner-list.ts';

// Deadlines are read and told as the clock of the machine has them.
process.env['TZ'] = 'Asia/Tokyo';

const nowMs = Date.parse('2030-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(nowMs + 1000 * seconds).toISOString();
const task = {
  build: 'b',
  title: 'Aurora',
  address: 'span/3/1080p',
  kind: 'encode',
  percent: 42,
  sinceAt: at(0),
  expectedEndAt: at(9),
  devices: [],
} as const;
const runner: Fleet['runners'][number] = {
  ...{ id: '1', name: 'desk', credentialId: null, pool: 'studio', region: null, version: '0.1.0', state: 'working', why: null, slots: 2 },
  ...{ tasks: [task], models: [], loaded: [], machine: null, devices: [], cache: null, seenAt: at(0) },
};
const line: Fleet['queue'][number] = {
  ...{ workspace: 'default', priority: 'normal', build: 'b', title: 'A film with a name that is longer than most', deadline: null },
  ...{ tasks: 12, reason: 'all 2 places that can do it are busy', expectedStartAt: at(41) },
};

test('the queue is a table of films with their reason and start, and a line of what is done meanwhile', () => {
  const stuck = {
    ...line,
    title: 'Big',
    priority: 'bulk',
    deadline: at(3600),
    tasks: 1,
    reason: 'no runner has a GPU with 38 GiB',
    expectedStartAt: null,
  } as const;
  const text = queueText(
    { isLed: true, queue: [line, stuck], runners: [runner, { ...runner, id: '2', state: 'silent', tasks: [] }] },
    nowMs,
  );
  assert.equal(
    text,
    [
      '  priority  build  film                              tasks  starts      due               why it waits',
      '  normal    b      A film with a name that is long…     12  40 seconds                    all 2 places that can do it are busy',
      '  bulk      b      Big                                   1  unknown     2030-01-01 10:00  no runner has a GPU with 38 GiB',
      '1 task at work on 1 runner, 13 in line.',
    ].join('\n'),
  );
  assert.match(queueText({ isLed: true, queue: [line], runners: null }, nowMs), /\n12 in line\.$/);
  assert.equal(
    queueText({ isLed: false, queue: [], runners: [] }, nowMs),
    'No controller leads just now: nothing is given to any runner until one is back.\n0 tasks at work on 0 runners, 0 in line.',
  );
});

test('the list of runners says what each does, and why one is given less; silent ones are on it too', () => {
  const { state: _, why: __, tasks: ___, models: ____, loaded: _____, seenAt: ______, ...listed } = runner;
  const list: RunnerList = { runners: [listed], credentials: [] };
  const why = 'Nothing was heard of it for 3 minutes: it is given nothing until it speaks again.';
  const text = runnerListText(
    runnerListing(list, { runners: [runner, { ...runner, id: '2', name: 'cellar', state: 'silent', why, tasks: [] }] }),
  );
  assert.equal(
    text,
    [
      '  desk                         working   2 slots, studio, 0.1.0',
      '      Aurora: encode, 42 %  (span/3/1080p)',
      '  cellar                       silent    2 slots, studio, 0.1.0',
      `      ${why}`,
      '',
    ].join('\n'),
  );
});

test('the list of runners says whose weights lie in the memory of a machine that tells', () => {
  const { state: _, why: __, tasks: ___, models: ____, loaded: _____, seenAt: ______, ...listed } = runner;
  const textOf = (told: Pick<Fleet['runners'][number], 'hostMemory'>) =>
    runnerListText(runnerListing({ runners: [listed], credentials: [] }, { runners: [{ ...runner, ...told, tasks: [] }] }));
  const first = '  desk                         working   2 slots, studio, 0.1.0\n';
  assert.equal(
    textOf({ hostMemory: { budgetMib: 4608, models: ['model a@1', 'model b@1'] } }),
    `${first}      weights in memory: model a@1, model b@1; 4.5 GiB for them\n`,
  );
  assert.equal(textOf({ hostMemory: { budgetMib: 4608, models: [] } }), first);
  assert.equal(textOf({}), first);
});

test('the list of runners says what of each GPU models may have, and what it holds where its runner tells', () => {
  const { state: _, why: __, tasks: ___, models: ____, loaded: _____, seenAt: ______, ...listed } = runner;
  const gpu = {
    ...{ id: 'GPU-1', product: 'A GPU', vramMib: 24_576, freeMib: 12_800 },
    ...{ fabric: 'f', slice: null, numaNode: null, driver: '1', cuda: null },
  };
  const devices = [
    { ...gpu, models: ['model a@1', 'model b@1'] },
    { ...gpu, models: [] },
  ];
  const text = runnerListText(
    runnerListing({ runners: [{ ...listed, devices: [gpu, gpu] }], credentials: [] }, { runners: [{ ...runner, devices }] }),
  );
  assert.deepEqual(text.split('\n').slice(1, 3), [
    '      A GPU: 12.5 of 24.0 GiB for models; holds model a@1, model b@1',
    '      A GPU: 12.5 of 24.0 GiB for models; holds nothing',
  ]);
  const alone = runnerListText(
    runnerListing({ runners: [{ ...listed, devices: [{ ...gpu, slice: '1g.5gb' }] }], credentials: [] }, { runners: [] }),
  );
  assert.match(alone, /A GPU 1g\.5gb: 12\.5 of 24\.0 GiB for models$/m);
});

test('where no terminal is, a wait is told once for each kind of reason, however its times and places change', () => {
  const lines: string[] = [];
  const stream = { isTTY: false, write: (text: string) => lines.push(text.trimEnd()) } as unknown as NodeJS.WriteStream;
  const { show } = progressDisplay(stream, { silent: false });
  const progress = { stage: 'speak', shot: 0, percent: 4, leftMs: null, tasks: { total: 9, done: 0, run: 0, reused: 0 } } as const;
  const waiting = (count: number): Build['waiting'] => {
    const reason = `${count} tasks of other films go before it`;
    return { tasks: 1, running: 0, reasons: [{ reason, tasks: 1, expectedStartAt: null }], expectedStartAt: null, expectedEndAt: null };
  };
  const build = { progress } as Build;
  for (const each of [build, { ...build, waiting: waiting(4) }, { ...build, waiting: waiting(3) }, build] as readonly Build[]) show(each);
  assert.deepEqual(lines, [
    'Speaking  shot 1  4 %  (0 of 9 tasks)',
    'Waiting: 4 tasks of other films go before it. Nobody can say yet when it goes on.',
    'Speaking  shot 1  4 %  (0 of 9 tasks)',
  ]);
});

test('what a film cost is one line', () => {
  const none = { gpuS: 0, slotS: 0, credits: 0 };
  const settled = { gpuS: 0, slotS: 6.7, credits: 0.134 };
  assert.equal(costText({ estimate: null, held: none, settled, refunded: none }), '0.13 credits for 6.7 s of work');
  const both = { gpuS: 120, slotS: 31, credits: 120.62 };
  assert.equal(
    costText({ estimate: { gpuS: 0, slotS: 200, credits: 4 }, held: none, settled: both, refunded: settled }),
    '120.62 credits for 120 s of GPUs and 31 s of work (4.00 expected before, 0.13 given back)',
  );
  assert.equal(costText({ estimate: null, held: none, settled: none, refunded: none }), '0 credits for 0.0 s of work');
});

test('priority and deadline are read, and what is none is refused by its name', () => {
  assert.deepEqual(readPressing({ priority: undefined, deadline: undefined }, nowMs), {});
  assert.deepEqual(readPressing({ priority: 'bulk', deadline: '+90m' }, nowMs), { priority: 'bulk', deadline: '2030-01-01T01:30:00.000Z' });
  assert.deepEqual(readPressing({ priority: undefined, deadline: '2030-12-24T18:00:00+01:00' }, nowMs), {
    deadline: '2030-12-24T17:00:00.000Z',
  });
  assert.deepEqual(readPressing({ priority: undefined, deadline: '2030-12-24' }, nowMs), { deadline: '2030-12-23T15:00:00.000Z' });
  assert.deepEqual(readPressing({ priority: undefined, deadline: '2030-12-24T18:00' }, nowMs), { deadline: '2030-12-24T09:00:00.000Z' });
  assert.deepEqual(readPressing({ priority: undefined, deadline: undefined, pool: 'gpu', region: 'eu' }, nowMs), {
    pool: 'gpu',
    region: 'eu',
  });
  assert.throws(
    () => readPressing({ priority: 'soon', deadline: undefined }, nowMs),
    /--priority is "soon"; wanted interactive, normal, bulk/,
  );
  assert.throws(
    () => readPressing({ priority: undefined, deadline: undefined, pool: 'GPU' }, nowMs),
    /--pool is "GPU"; wanted small letters/,
  );
  for (const deadline of ['tomorrow', '12', '+5', '2030-13-45', '+99999999999d'])
    assert.throws(() => readPressing({ priority: undefined, deadline }, nowMs), /--deadline is/);
});
