import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EncoderProbe } from '@filmwright/contracts';
import { createLateEncoders, type TryingLate } from './late-encoders.ts';

const works: EncoderProbe = { name: 'h264_nvenc', works: true, framesPerS: 400, reason: null };
const fails: EncoderProbe = { name: 'h264_qsv', works: false, framesPerS: null, reason: 'no device' };

/** Lets what was begun go as far as it can. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A trial of encoders on a runner that has nothing to do, unless told otherwise. */
function scene(t: TestContext, probe: TryingLate['probe'], machine = { isIdle: true }) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const end = new AbortController();
  const said: string[] = [];
  const log: TryingLate['log'] = (_level, text) => void said.push(text);
  const late = createLateEncoders({ everyMs: 5000, isIdle: () => machine.isIdle, probe, signal: end.signal, log });
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    await settled();
  };
  return { late, said, end, pass };
}

/** The same where a task comes while an encoder that works is tried. */
const taskComes = (t: TestContext, machine: { isIdle: boolean }) =>
  scene(
    t,
    async () => {
      machine.isIdle = false;
      return [works];
    },
    machine,
  );

test('encoders are tried some time after the start, and one that works is news until it is told', async (t) => {
  let tries = 0;
  const { late, pass } = scene(t, async () => {
    tries++;
    return [fails, works];
  });
  const first = late.news();
  await pass(4999);
  assert.deepEqual([tries, first.aborted, late.encoders()], [0, false, []]);
  await pass(1);
  assert.deepEqual([tries, first.aborted], [1, true]);
  assert.deepEqual(late.encoders(), [fails, works]);
  assert.equal(late.news().aborted, false);
  await pass(60_000);
  assert.deepEqual([tries, late.encoders(), late.news().aborted], [1, [fails, works], false]);
});

test('encoders are tried and told while nothing runs, since who offers anew takes nothing until what it runs has ended', async (t) => {
  const machine = { isIdle: false };
  const { late, pass } = taskComes(t, machine);
  await pass(5000);
  assert.deepEqual(late.encoders(), []);
  machine.isIdle = true;
  await pass(5000);
  assert.equal(late.news().aborted, false, 'a task came meanwhile');
  machine.isIdle = true;
  await pass(5000);
  assert.equal(late.news().aborted, true);
  assert.deepEqual(late.encoders(), [works]);
});

test('an encoder that failed beside a task is tried again, later each time, until nothing ran beside it', async (t) => {
  const machine = { isIdle: true };
  let tries = 0;
  const { late, pass } = scene(
    t,
    async () => {
      tries++;
      machine.isIdle = tries > 2;
      return tries < 4 ? [fails] : [works];
    },
    machine,
  );
  for (const [ms, expected] of [
    [5000, 1],
    [5000, 1],
    [5000, 2],
    [15_000, 2],
    [5000, 3],
    [60_000, 3],
  ] as const) {
    machine.isIdle = true;
    await pass(ms);
    assert.deepEqual([tries, late.encoders()], [expected, tries < 3 ? [] : [fails]]);
  }
});

test('what was told with other news is news no more', async (t) => {
  const machine = { isIdle: true };
  const { late, pass } = taskComes(t, machine);
  await pass(5000);
  assert.deepEqual(late.encoders(), [works]);
  machine.isIdle = true;
  await pass(5000);
  assert.equal(late.news().aborted, false);
});

test('where none works there is no news', async (t) => {
  const { late, pass, said } = scene(t, async () => [fails]);
  await pass(5000);
  assert.deepEqual([late.news().aborted, late.encoders()], [false, [fails]]);
  assert.deepEqual(said, []);
});

test('what breaks the trial is logged, and nothing is tried once the runner is to end', async (t) => {
  const broken = scene(t, () => Promise.reject(new Error('no ffmpeg')));
  await broken.pass(5000);
  assert.deepEqual(broken.late.encoders(), []);
  assert.deepEqual(broken.said, ['hardware encoders could not be tried']);
  t.mock.timers.reset();
  let tries = 0;
  const { end, pass } = scene(t, async () => {
    tries++;
    return [];
  });
  end.abort();
  await pass(5000);
  assert.equal(tries, 0);
});
