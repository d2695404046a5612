import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './read-config.ts';

const local = { FILMWRIGHT_URL: 'http://127.0.0.1:1', FILMWRIGHT_RUNNER_TOKEN: 't', FILMWRIGHT_HOME: '/h' };

test('a runner of the platform has one slot, shares its folder and ends at once', () => {
  const { join, slots, graceMs, token } = readConfig(local);
  assert.deepEqual({ join, slots, graceMs, token }, { join: null, slots: 1, graceMs: 0, token: 't' });
});

test('a machine that joins is told by an address, and is named for itself', () => {
  const config = readConfig({
    FILMWRIGHT_JOIN: 'https://Studio.example:7443/',
    FILMWRIGHT_JOIN_TOKEN: 'x',
    FILMWRIGHT_HOME: '/h',
    FILMWRIGHT_SLOTS: '3',
  });
  assert.equal(config.url, 'https://studio.example:7443');
  assert.deepEqual(config.join, { token: 'x' });
  assert.deepEqual({ slots: config.slots, graceMs: config.graceMs, token: config.token }, { slots: 3, graceMs: 60_000, token: null });
});

test('a pool is called as tokens may call it', () => {
  assert.equal(readConfig({ ...local, FILMWRIGHT_POOL: 'gpu-7' }).pool, 'gpu-7');
  assert.equal(readConfig({ ...local, FILMWRIGHT_POOL: '' }).pool, null);
  assert.throws(() => readConfig({ ...local, FILMWRIGHT_POOL: 'GPU Pool!' }), {
    code: 'request-invalid',
    message: /^FILMWRIGHT_POOL is "GPU Pool!"; wanted small letters/,
  });
});

test('how long a task may stand still is told for all kinds or for one', () => {
  assert.equal(readConfig(local).stuckMs('encode'), 300_000);
  const { stuckMs } = readConfig({ ...local, FILMWRIGHT_STUCK_MS: '60000, encode=900000' });
  assert.deepEqual([stuckMs('encode'), stuckMs('speak')], [900_000, 60_000]);
  for (const wrong of ['paint=1000', 'encode=soon', '5'])
    assert.throws(() => readConfig({ ...local, FILMWRIGHT_STUCK_MS: wrong }), /FILMWRIGHT_STUCK_MS/, wrong);
});

test('a runner of a drill takes drills only, and what else it may be told is refused', () => {
  assert.equal(readConfig(local).drillsOnly, null);
  assert.deepEqual(readConfig({ ...local, FILMWRIGHT_DRILLS: 'only' }).drillsOnly, { gpus: false, modelMemory: [] });
  assert.deepEqual(readConfig({ ...local, FILMWRIGHT_DRILLS: 'gpus', FILMWRIGHT_DRILL_MODELS: 'a=9000, b=12000' }).drillsOnly, {
    gpus: true,
    modelMemory: [
      { name: 'model a', vramMib: 9000 },
      { name: 'model b', vramMib: 12_000 },
    ],
  });
  assert.throws(() => readConfig({ ...local, FILMWRIGHT_DRILLS: 'yes' }), /FILMWRIGHT_DRILLS is "yes"; wanted only, gpus/);
  const unsized = { ...local, FILMWRIGHT_DRILLS: 'gpus', FILMWRIGHT_DRILL_MODELS: 'a=9000,b' };
  assert.throws(() => readConfig(unsized), /FILMWRIGHT_DRILL_MODELS holds "b"; wanted MiB/);
});

test('what is missing is named', () => {
  assert.throws(() => readConfig({ FILMWRIGHT_HOME: '/h' }), /FILMWRIGHT_RUNNER_TOKEN/);
  assert.throws(() => readConfig({ FILMWRIGHT_JOIN: 'https://x' }), /FILMWRIGHT_HOME not set/);
  for (const wrong of ['0', '1001'])
    assert.throws(
      () => readConfig({ ...local, FILMWRIGHT_SLOTS: wrong }),
      new RegExp(`FILMWRIGHT_SLOTS is "${wrong}"; wanted a whole number from 1 to 1000`),
    );
  assert.equal(readConfig({ ...local, FILMWRIGHT_SLOTS: '1000' }).slots, 1000);
});
