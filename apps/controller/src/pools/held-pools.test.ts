import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pool, poolSchema } from '@filmwright/contracts';
import { done, leaseOf, offer, order, progress, scheduledServer, task, until } from '../schedule/testing/scheduling.ts';
import { runBeside } from '../testing/run-beside.ts';
import { createBringingPools } from './bringing-pools.ts';
import { keepPools } from './keep-pools.ts';
import { specsOf } from './pool-specs.ts';
import type { Provisioner } from './provisioner.ts';

const server = scheduledServer();
const provisioner = { type: 'http', url: 'http://127.0.0.1' };
const poolOf = (models: readonly string[]): Pool => poolSchema.parse({ name: 'art', maximum: 1, models, provisioner });

/** A service that gives whatever it is asked for at once. */
function serviceWith(machines: Set<string>): Provisioner {
  return {
    list: async () => [...machines].map((id) => ({ id, refused: null, endsAt: null })),
    put: async (id) => {
      machines.add(id);
      return null;
    },
    remove: async (id) => void machines.delete(id),
    close: async () => {},
  };
}

test('O5a, O7: a film waits for a pool whose only machine came before it was changed and is at work, and its scout has its time from when there is room', async (context) => {
  const { records } = await server.scheduled(context);
  const [before, pools] = [[poolOf(['ink'])], [poolOf(['oil'])]];
  await records.namePools(specsOf(before));
  const old = `fw-${await records.installationId()}-art-old`;
  await records.addMachines([{ id: old, pool: 'art' }]);
  const { runnerId } = await records.joinRunner(offer(old, { pool: 'art' }));
  await order({ records }, [task('long')]);
  const lease = await leaseOf({ records }, runnerId);
  const film = await order({ records }, []);
  await records.savePlan({ buildId: film, rows: [], ready: [], progress, awaits: { pools: ['art'], text: 'It waits for art.' } });

  const machines = new Set([old]);
  const options = { pools, records, provisionerOf: () => serviceWith(machines), carryEveryMs: 20 };
  runBeside(context, (beside) => keepPools({ ...options, ...beside }));
  const known = createBringingPools(pools, records);
  await until(async () => (await records.machines()).some(({ state }) => state === 'stopping'), 'the old machine to be given nothing more');
  const [held] = await known();
  assert.deepEqual([held?.scouting, held?.scoutAt, held?.heldBy], ['due', null, 1]);
  assert.deepEqual([...machines], [old], 'it ends what it has');
  await records.completeTask(done(runnerId, lease));
  await until(async () => [...machines].some((id) => id !== old), 'the scout');
  const [asked] = await known();
  assert.deepEqual([asked?.scouting, asked?.heldBy, machines.size], ['coming', undefined, 1]);
});
