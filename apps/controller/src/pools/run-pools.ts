import { randomBytes } from 'node:crypto';
import { FilmwrightError, type Pool } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { CredentialStore, DriveStore, OverviewStore, PoolState, PoolStore } from '@filmwright/records';
import { createBell } from '../bell.ts';
import { reasonOf } from '../reason-of.ts';
import { restAfter } from '../rest-after.ts';
import { createCarrier } from './carry-out.ts';
import { specsOf } from './pool-specs.ts';
import type { Provisioner } from './provisioner.ts';
import { createSizing } from './size-pools.ts';

export type PoolsOptions = {
  readonly pools: readonly Pool[];
  readonly records: PoolStore &
    Pick<CredentialStore, 'listCredentials' | 'revokeCredential'> &
    Pick<OverviewStore, 'savePoolStates'> &
    Pick<DriveStore, 'checkTurn'> & { leaveRunner(runnerId: string): Promise<void> };
  /** The provisioner of a pool; asked once for each. */
  readonly provisionerOf: (pool: Pool) => Provisioner;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Number of `takeTurn` under which machines are asked for and end; returns where another has drawn a later one. Not looked at when left out. */
  readonly turn?: number;
  /** Between two looks at a pool's machines; half a second for local ones and five for a service when left out. */
  readonly carryEveryMs?: number;
};

const sizeEveryMs = 1000;
const carryEveryMs = { local: 500, http: 5000 } as const;
/** However long a look takes, the next follows so soon. */
const mostRestMs = 5000;
/** Offers are long. */
const offersAtOnce = 200;
const superseded = 'lease-stale';

/**
 * Keeps pools at the size that the work wants until `signal` is aborted; must run once only, so around it the leadership is held. Deciding writes rows,
 * and each pool's rows are carried out by a loop of its own: a service that hangs holds up nobody else.
 */
export async function runPools(options: PoolsOptions): Promise<void> {
  const { pools, records, nowMs, log, turn } = options;
  const specs = specsOf(pools);
  await records.namePools(specs);
  if (pools.length === 0) return;
  const installation = await records.installationId();
  const prefixOf = (pool: Pool): string => `fw-${installation}-${pool.name}-`;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const bell = createBell(signal);
  const under = turn === undefined ? {} : { turn };
  const sizing = createSizing(pools);

  const size = async (): Promise<void> => {
    const [facts, machines, memories] = await Promise.all([records.poolFacts(), records.machines(), records.rememberPools(specs)]);
    const unknown = sizing.unknown({ facts, machines, memories });
    for (let at = 0; at < unknown.length; at += offersAtOnce)
      sizing.setOffers(await records.runnerOffers(unknown.slice(at, at + offersAtOnce)));
    const { decisions, came, scouts } = sizing.decide({ facts, machines, memories, nowMs: nowMs() });
    for (const one of came) await records.noteStart(one, under);
    await records.noteScouts(scouts, under);
    await records.noteShort(
      decisions.filter(({ isShort }) => isShort).map(({ pool }) => pool),
      under,
    );
    await records.savePoolStates(
      decisions.flatMap(({ pool: name, wanted, reason }): readonly PoolState[] => {
        const pool = pools.find((each) => each.name === name);
        return pool === undefined
          ? []
          : [{ name, wanted, reason, minimum: pool.minimum, maximum: pool.maximum, costPerHour: pool.costPerHour }];
      }),
      under,
    );
    for (const { pool: name, start, stop, reason, wanted } of decisions) {
      const pool = pools.find((each) => each.name === name);
      if (pool === undefined || (start === 0 && stop.length === 0)) continue;
      log('info', 'pool changes its size', { pool: name, wanted, start, stop, reason });
      // Random at its end, so that no id is ever used twice, whatever was forgotten.
      const ids = Array.from({ length: start }, () => `${prefixOf(pool)}${randomBytes(6).toString('hex')}`);
      if (ids.length > 0)
        await records.addMachines(
          ids.map((id) => ({ id, pool: name })),
          under,
        );
      for (const id of stop) await records.stopMachine(id, under);
    }
  };

  const revoke = async (credentialId: string): Promise<void> => {
    for (const runnerId of (await records.revokeCredential(credentialId)) ?? []) await records.leaveRunner(runnerId);
  };

  const lockOut = async (id: string): Promise<void> => {
    const { credentials } = await records.listCredentials();
    for (const credential of credentials) if (credential.name === id && credential.revokedAt === null) await revoke(credential.id);
  };

  const left = (await records.machines()).filter((row) => !pools.some(({ name }) => name === row.pool));
  for (const { id, pool } of left) log('warn', 'a machine is of a pool that is not there any more', { machine: id, pool });

  const provisioners: Provisioner[] = [];
  const every = async (waitMs: number, work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      const startedMs = nowMs();
      try {
        if (turn !== undefined) await records.checkTurn(turn);
        await work();
      } catch (error) {
        if (error instanceof FilmwrightError && error.code === superseded) over.abort();
        else log('warn', 'pools could not be looked at; trying again', { reason: reasonOf(error) });
      }
      // A long queue takes the database time to look through.
      await bell.rest(Math.max(waitMs, Math.min(mostRestMs, restAfter(nowMs() - startedMs))));
    }
  };
  const loops = pools.map((pool) => {
    const provisioner = options.provisionerOf(pool);
    provisioners.push(provisioner);
    const checkLead = async (): Promise<void> => (turn === undefined ? undefined : records.checkTurn(turn));
    const carrier = createCarrier({ pool, provisioner, records, prefix: prefixOf(pool), nowMs, log, lockOut, checkLead });
    return every(options.carryEveryMs ?? carryEveryMs[pool.provisioner.type], carrier.round);
  });
  try {
    await Promise.all([every(sizeEveryMs, size), ...loops]);
    if (over.signal.aborted) log('warn', 'another controller keeps the pools by now');
  } finally {
    await Promise.all(provisioners.map((provisioner) => provisioner.close()));
  }
}
