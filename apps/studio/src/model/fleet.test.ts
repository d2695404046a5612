import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildCourse, FleetRunner } from '@filmwright/contracts';
import { lanesOf } from './course.ts';
import { creditText, deviceText, gibibytes, hitRate, inOrderOfNeed, memoryText, placesOf, queueGroups, secondText } from './fleet.ts';
import { expectedText, isSameReason, whyWaiting, workText } from './wait.ts';

const nowMs = Date.parse('2030-01-01T00:01:00Z');
const at = (seconds: number): string => new Date(Date.parse('2030-01-01T00:00:00Z') + 1000 * seconds).toISOString();
const attempt = { address: 'a', kind: 'encode', runner: 'one', readyAt: at(0), outcome: 'done', reason: '', waitedFor: null } as const;

test('a runner has a lane for each thing that it did at once, in shares of the build; what runs ends now', () => {
  const course: BuildCourse = {
    spend: { estimate: null, held: zero, settled: zero, refunded: zero },
    ...{ startedAt: at(0), endedAt: null, idleMs: 0, waits: [], more: 0 },
    attempts: [
      { ...attempt, startedAt: at(0), endedAt: at(30) },
      { ...attempt, runner: 'two', startedAt: at(6), endedAt: at(12) },
      { ...attempt, startedAt: at(15), endedAt: at(45) },
      { ...attempt, startedAt: at(30), endedAt: null },
    ],
  };
  const lanes = lanesOf(course, nowMs).map(({ runner, bars }) => [runner, ...bars.map(({ from, until }) => `${from} ${until}`)]);
  assert.deepEqual(lanes, [
    ['one', '0 0.5', '0.5 1'],
    ['one', '0.25 0.75'],
    ['two', '0.1 0.2'],
  ]);
});

const zero = { gpuS: 0, slotS: 0, credits: 0 };

test('places and GPUs are counted by what runs on them, however many GPUs one task has', () => {
  const task = {
    build: '',
    title: '',
    address: '',
    kind: 'encode',
    percent: 0,
    sinceAt: '',
    expectedEndAt: '',
    devices: [] as string[],
  } as const;
  const devices = ['a', 'b', 'c'].map((id) => ({ id }) as unknown as FleetRunner['devices'][number]);
  const tasks = [task, { ...task, devices: ['a', 'b'] }];
  assert.deepEqual(placesOf({ slots: 4, devices, tasks }), { slots: { taken: 1, of: 4 }, devices: { taken: 2, of: 3 } });
  const asOne = Array(8).fill({ ...task, batch: 'one' });
  assert.deepEqual(placesOf({ slots: 1, devices: [], tasks: asOne }).slots, { taken: 1, of: 1 });
  assert.deepEqual(placesOf({ slots: 4, devices: [], tasks: [...asOne, task, { ...task, batch: 'two' }] }).slots, { taken: 3, of: 4 });
  // More than there are is shown, not hidden.
  assert.deepEqual(placesOf({ slots: 1, devices: [], tasks: [task, task] }).slots, { taken: 2, of: 1 });
});

test('figures are as long as tells them apart', () => {
  assert.deepEqual([0, 0.00042, 0.13390909, 0.5, 1.25, 5416.2].map(creditText), ['0', '0.00042', '0.13', '0.5', '1.25', '5,416']);
  assert.deepEqual([0, 0.84, 42.4, 5400].map(secondText), ['0 s', '0.8 s', '42 s', '5,400 s']);
  assert.deepEqual(
    [0.5, 64].map((gib) => gibibytes(gib * 1024 ** 3)),
    ['0.5 GiB', '64 GiB'],
  );
  assert.deepEqual([null, { hits: 0, misses: 0 }, { hits: 3, misses: 1 }].map(hitRate), [null, null, 0.75]);
});

test('those that somebody should look at come first, and the queue is told by workspace and priority', () => {
  const runners = (['idle', 'working', 'silent', 'draining', 'limited'] as const).map((state) => ({ name: state, state }) as FleetRunner);
  assert.deepEqual(
    inOrderOfNeed(runners).map(({ name }) => name),
    ['limited', 'silent', 'draining', 'working', 'idle'],
  );
  const line = {
    workspace: 'a',
    priority: 'normal',
    build: '1',
    title: '',
    deadline: null,
    tasks: 2,
    reason: '',
    expectedStartAt: null,
  } as const;
  const groups = queueGroups([line, { ...line, build: '2' }, { ...line, priority: 'bulk' }, { ...line, workspace: 'b' }]);
  assert.deepEqual(
    groups.map(({ workspace, priority, tasks, lines }) => [workspace, priority, tasks, lines.length]),
    [
      ['a', 'normal', 4, 2],
      ['a', 'bulk', 2, 1],
      ['b', 'normal', 2, 1],
    ],
  );
});

test('what nobody works on at all is said before what waits for a place', () => {
  const waiting = {
    tasks: 3,
    running: 0,
    reasons: [{ reason: 'all is busy', tasks: 3, expectedStartAt: at(90) }],
    expectedStartAt: at(90),
    expectedEndAt: null,
  };
  assert.equal(whyWaiting({ waiting }, nowMs), 'All is busy; it goes on in about 30 seconds.');
  assert.equal(whyWaiting({ waits: 'No runner is there.', waiting }, nowMs), 'No runner is there.');
  assert.equal(whyWaiting({ waiting: { ...waiting, running: 2 } }, nowMs), null);
  assert.equal(workText({ waiting: { ...waiting, running: 2 } }), '2 at work, 3 in line');
  assert.equal(expectedText(null, nowMs), 'nobody can say when');
  assert.ok(isSameReason('12 tasks of other films go before it', '9 tasks of other films go before it'));
  assert.ok(!isSameReason('12 tasks of other films go before it', 'the one place that can do it is busy'));
});

test('a GPU says what of its memory models may have, and which it holds', () => {
  const gpu = { vramMib: 24_576, freeMib: 12_288 } as FleetRunner['devices'][number];
  assert.equal(deviceText(gpu), '12 GiB of 24 GiB for models');
  assert.equal(deviceText({ ...gpu, models: ['model a@1'] }), '12 GiB of 24 GiB for models, holds model a@1');
});

test('whose weights lie in the memory of a machine is said with how much room there is for them; where there are none, nothing is', () => {
  assert.equal(memoryText({ budgetMib: 12_288, models: ['model a@1', 'model b@1'] }), 'model a@1, model b@1; 12 GiB for them');
  assert.deepEqual([memoryText({ budgetMib: 12_288, models: [] }), memoryText(undefined)], [null, null]);
});
