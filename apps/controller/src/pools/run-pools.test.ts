import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError, poolSchema } from '@filmwright/contracts';
import { keepPools } from './keep-pools.ts';
import type { PoolsOptions } from './run-pools.ts';

const pool = poolSchema.parse({ name: 'cloud', minimum: 2, maximum: 9, provisioner: { type: 'http', url: 'http://127.0.0.1' } });

/** Pools whose records say from a call on that another controller has drawn a later number. */
async function keep(turns: number): Promise<readonly string[]> {
  const did: string[] = [];
  let left = turns;
  const stale = () => new FilmwrightError('lease-stale', 'another drives by now');
  const records: PoolsOptions['records'] = {
    installationId: async () => '00000000',
    machines: async () => [],
    poolFacts: async () => ({ waiting: [], runners: [], activeBuilds: 0, interactiveBuilds: 0 }),
    addMachines: async (machines, under) => void did.push(`add ${machines.length} under ${under?.turn}`),
    stopMachine: async () => void did.push('stop'),
    forgetMachine: async () => {},
    savePoolStates: async () => {},
    listCredentials: async () => ({ credentials: [], tokens: [] }) as never,
    revokeCredential: async () => null,
    leaveRunner: async () => {},
    checkTurn: async () => {
      if (left-- <= 0) throw stale();
    },
  };
  const log = (_level: string, message: string) => void did.push(message);
  const provisioner = { put: async () => void did.push('put'), remove: async () => void did.push('remove'), list: async () => [] };
  await keepPools({
    ...{ pools: [pool], records, nowMs: () => performance.now(), log, turn: 7, carryEveryMs: 5 },
    provisionerOf: () => ({ ...provisioner, close: async () => void did.push('close') }),
    signal: new AbortController().signal,
  });
  return did;
}

test('pools are kept under the number of whoever leads, and are left to the next once that has drawn another', async () => {
  const others = 'another controller keeps the pools by now';
  assert.deepEqual(await keep(0), [others, 'close']);
  assert.deepEqual((await keep(2)).slice(-3), ['add 2 under 7', others, 'close']);
});
