import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { createIdleTrials } from './idle-trials.ts';

test('models are tried while nothing runs, left at once when something does, and gone on with after it', async () => {
  const told: string[] = [];
  const begun = new EventTarget();
  let fails = false;
  const trials = createIdleTrials({
    afterMs: 1,
    log: (level, message) => void told.push(`${level}: ${message}`),
    makeRoom: async () => void told.push('room'),
    open: () => ({
      untried: async () => (told.includes('ended') ? 0 : 1),
      async tryModels({ signal }) {
        told.push('begun');
        begun.dispatchEvent(new Event('begun'));
        if (fails) throw new FilmwrightError('internal', 'The disk is gone.');
        if (told.filter((one) => one === 'begun').length > 1) return 3;
        await once(signal, 'abort');
        throw signal.reason;
      },
      end: async () => void told.push('ended'),
    }),
  });
  const begins = (): Promise<unknown> => once(begun, 'begun');
  const [first] = [begins(), trials.idle()];
  await first;
  trials.busy();
  const [second] = [begins(), trials.idle()];
  await second;
  await new Promise((resolve) => setImmediate(resolve));
  // Of GPUs room is made only where there is something to try.
  assert.deepEqual(told, ['room', 'begun', 'ended', 'begun', 'info: models were tried', 'ended']);
  fails = true;
  const [third] = [begins(), trials.idle()];
  await third;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told.at(-2), 'warn: models could not be tried');
  // What was about to begin does not.
  trials.idle();
  trials.busy();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(told.filter((one) => one === 'begun').length, 3);
});
