import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastReason, plainReason } from './plain-reason.ts';
import { inAbout, waitText } from './wait-text.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const untilMs = (iso: string): number => Date.parse(iso) - nowMs;
const at = (seconds: number): string => new Date(nowMs + 1000 * seconds).toISOString();

test('what the scheduler says of a wait is told in plain words, and what it may say one day as it is', () => {
  const said = {
    'all 4 slots that can are busy': 'all 4 places that can do it are busy',
    'all 1 devices that can are busy': 'the one GPU that can do it is busy',
    'no runner offers encode 5 (toolchain 3fa9c1d2)': 'no runner offers what it needs (encode, version 5)',
    'no runner that can is in studio, eu': 'no runner that can do it is in studio, eu',
    'all runners that can are draining': 'all runners that can do it are about to leave',
    'no runner has 38 GiB on a device': 'no runner has a GPU with 38 GiB',
    'no runner has 8 devices': 'no runner has 8 GPUs',
    'its workspace runs 3 of at most 3 tasks': 'its workspace runs 3 of the 3 tasks that it may at once',
    '1 task goes before it': '1 task goes before it',
    'it is tried again in 4 s': 'a try came to nothing, and it is tried again in 4 s',
    'waiting 12 s for a resident model beats a 56 s swap': 'waiting 12 s for a resident model beats a 56 s swap',
  };
  for (const [reason, plain] of Object.entries(said)) assert.equal(plainReason(reason), plain);
  assert.deepEqual(Object.keys(said).map(pastReason), [
    'all 4 places that can do it were busy',
    'the one GPU that can do it was busy',
    'no runner offered what it needs (encode, version 5)',
    'no runner that can do it was in studio, eu',
    'all runners that can do it were about to leave',
    'no runner had a GPU with 38 GiB',
    'no runner had 8 GPUs',
    'its workspace ran 3 of the 3 tasks that it may at once',
    '1 task went before it',
    'a try came to nothing, and it is tried again in 4 s',
    'waiting 12 s for a resident model beat a 56 s swap',
  ]);
});

test('a film that stands still says why and until when; one that goes on says only what nothing will end', () => {
  const busy = { reason: 'all 2 places that can do it are busy', tasks: 12, expectedStartAt: at(41) };
  const stuck = { reason: 'no runner has a GPU with 38 GiB', tasks: 3, expectedStartAt: null };
  const wait = { tasks: 12, running: 0, reasons: [busy], expectedStartAt: at(41), expectedEndAt: at(200) };
  assert.equal(
    waitText(wait, untilMs),
    'All 2 places that can do it are busy; it goes on in about 40 seconds and is done in about 3 minutes.',
  );
  assert.match(waitText({ ...wait, expectedEndAt: at(42) }, untilMs) ?? '', /it goes on in about 40 seconds and is done soon after\.$/);
  assert.equal(waitText({ ...wait, running: 1 }, untilMs), null);
  assert.equal(waitText(undefined, untilMs), null);
  const both = { ...wait, reasons: [stuck, busy], expectedEndAt: null };
  assert.equal(waitText({ ...both, running: 1 }, untilMs), '3 tasks of it cannot go on: no runner has a GPU with 38 GiB.');
  assert.equal(
    waitText({ ...both, expectedStartAt: null }, untilMs),
    'No runner has a GPU with 38 GiB. Nobody can say yet when it goes on.',
  );
});

test('how far off something is grows coarser', () => {
  assert.deepEqual(
    [-5, 0, 7, 61, 89, 200, 5399, 7200].map((s) => inAbout(1000 * s)),
    [
      'in a moment',
      'in a moment',
      'in about 7 seconds',
      'in about 60 seconds',
      'in about 90 seconds',
      'in about 3 minutes',
      'in about 2 hours',
      'in about 2 hours',
    ],
  );
});
