import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError, poolSchema } from '@filmwright/contracts';
import { keepPools } from './keep-pools.ts';
import type { PoolsOptions } from './run-pools.ts';

const pool = poolSchema.parse({ name: 'cloud', minimum: 2, maximum: 9, provisioner: { type: 'http', url: 'http://127.0.0.1' } });

type Keeping = {
  /** Whether nobody has drawn a later number yet. */
  readonly isLed: () => boolean;
  readonly machines?: PoolsOptions['records']['machines'];
  readonly list?: () => Promise<readonly string[]>;
};

/** Keeps pools until another leads, and says what was done. */
async function keep({ isLed, machines = async () => [], list = async () => [] }: Keeping): Promise<readonly string[]> {
  const did: string[] = [];
  const stale = () => new FilmwrightError('lease-stale', 'another drives by now');
  const records: PoolsOptions['records'] = {
    installationId: async () => '00000000',
    machines,
    poolFacts: async () => ({ waiting: [], runners: [], activeBuilds: 0, interactiveBuilds: 0, awaited: [] }),
    addMachines: async (machines, under) => void did.push(`add ${machines.length} under ${under?.turn}`),
    stopMachine: async () => void did.push('stop'),
    forgetMachine: async () => {},
    ...{ tellMachines: async () => {}, namePools: async () => {}, rememberPools: async () => [], noteStart: async () => {} },
    ...{
      noteScouts: async () => {},
      poolMemories: async () => [],
      noteShort: async () => {},
      runnerOffers: async () => [],
      offersAtRest: async () => [],
    },
    savePoolStates: async () => {},
    listCredentials: async () => {
      did.push('lock out');
      return { credentials: [], tokens: [] } as never;
    },
    revokeCredential: async () => null,
    leaveRunner: async () => {},
    checkTurn: async () => {
      if (!isLed()) throw stale();
    },
  };
  const log = (_level: string, message: string) => void did.push(message);
  const provisioner = {
    put: async () => {
      did.push('put');
      return null;
    },
    remove: async () => void did.push('remove'),
    list: async () => (await list()).map((id) => ({ id, refused: null, endsAt: null })),
  };
  await keepPools({
    ...{ pools: [pool], records, nowMs: () => performance.now(), log, turn: 7, carryEveryMs: 5 },
    provisionerOf: () => ({ ...provisioner, close: async () => void did.push('close') }),
    signal: new AbortController().signal,
  });
  return did;
}

/** Led for so many looks. */
function during(looks: number): Keeping {
  let left = looks;
  return { isLed: () => left-- > 0 };
}

test('pools are kept under the number of whoever leads, and are left to the next once that has drawn another', async () => {
  const others = 'another controller keeps the pools by now';
  assert.deepEqual(await keep(during(0)), [others, 'close']);
  assert.deepEqual((await keep(during(2))).slice(-3), ['add 2 under 7', others, 'close']);
});

test('a machine is neither asked for nor sent away when another leads by the time that the service has said which there are', async () => {
  const wanted = {
    id: 'fw-00000000-cloud-wanted',
    pool: 'cloud',
    state: 'wanted',
    ageMs: 0,
    busy: 0,
    refused: null,
    endsInMs: null,
    isOutdated: false,
    hasCome: false,
    losses: 0,
  } as const;
  const stopping = { ...wanted, id: 'fw-00000000-cloud-stopping', state: 'stopping' } as const;
  for (const { rows, listed } of [
    { rows: [wanted], listed: [] },
    { rows: [stopping], listed: [stopping.id] },
    { rows: [], listed: ['fw-00000000-cloud-odd'] },
    { rows: [wanted], listed: [wanted.id, wanted.id] },
  ]) {
    let leads = true;
    const did = await keep({
      isLed: () => leads,
      machines: async () => rows,
      list: async () => {
        leads = false;
        return listed;
      },
    });
    assert.deepEqual(
      did.filter((one) => ['put', 'remove', 'stop', 'lock out'].includes(one)),
      [],
    );
    assert.deepEqual(did.slice(-2), ['another controller keeps the pools by now', 'close']);
  }
});
