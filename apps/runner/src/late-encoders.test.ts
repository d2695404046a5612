import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EncoderProbe } from '@filmwright/contracts';
import { createLateEncoders, type TryingLate } from './late-encoders.ts';

const works: EncoderProbe = { name: 'h264_nvenc', works: true, framesPerS: 400, reason: null };
const fails: EncoderProbe = { name: 'h264_qsv', works: false, framesPerS: null, reason: 'no device' };

/** Lets what was begun go as far as it can. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function scene(t: TestContext, probe: TryingLate['probe']) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const end = new AbortController();
  const said: string[] = [];
  const late = createLateEncoders({ afterMs: 5000, probe, signal: end.signal, log: (_level, text) => void said.push(text) });
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    await settled();
  };
  return { late, said, end, pass };
}

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
  assert.deepEqual([tries, late.encoders()], [1, [fails, works]]);
});

test('where none works there is no news, and what could not be tried is logged', async (t) => {
  const { late, pass, said } = scene(t, async () => [fails]);
  await pass(5000);
  assert.deepEqual([late.news().aborted, late.encoders()], [false, [fails]]);
  assert.deepEqual(said, []);
});

test('what breaks the trial is logged, and nothing is tried once the runner is to end', async (t) => {
  let tries = 0;
  const { late, end, pass, said } = scene(t, async () => {
    tries++;
    throw new Error('no ffmpeg');
  });
  await pass(5000);
  assert.deepEqual([tries, late.encoders()], [1, []]);
  assert.deepEqual(said, ['hardware encoders could not be tried']);
  end.abort();
  createLateEncoders({
    ...{ afterMs: 1, signal: end.signal, log: () => {} },
    probe: async () => {
      tries++;
      return [];
    },
  });
  await pass(1);
  assert.equal(tries, 1);
});
