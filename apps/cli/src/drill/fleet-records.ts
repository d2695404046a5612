import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@filmwright/client';
import { type Drill, type DrillState, FilmwrightError } from '@filmwright/contracts';
import type { DrillGround, DrillRecords } from './fault.ts';

type Asked = { readonly client: Client; readonly id: string };

/** A round asks several things of one moment. */
const freshMs = 25;
const triesForMs = 30_000;

/** What rounds ask of a fleet, told by its gateway for one drill; a gateway that is away for less than half a minute is waited for. */
export function fleetRecords({
  client,
  id,
}: Asked): DrillRecords & Pick<DrillGround, 'stored'> & { readonly state: () => Promise<DrillState> } {
  let known: { readonly state: Promise<DrillState>; readonly atMs: number } | undefined;
  const state = (): Promise<DrillState> => {
    if (known === undefined || performance.now() - known.atMs > freshMs) {
      const asked = steadily(() => client.getDrill(id));
      known = { state: asked, atMs: performance.now() };
      asked.catch(() => {});
    }
    return known.state;
  };
  return {
    state,
    async createBuild({ document, priority, deadline }) {
      const build = { ...(priority && { priority }), ...(typeof deadline === 'string' && { deadline }) };
      // A gateway that died may have begun it.
      const idempotencyKey = randomUUID();
      return steadily(() => client.createDrillBuild({ id, document: document as Drill, idempotencyKey, ...build }));
    },
    getBuild: async (build) => (await state()).builds.find((one) => one.id === build) ?? null,
    runners: async () => (await state()).runners.map(({ id: runnerId, pid }) => ({ runnerId, pid })),
    async fleetSnapshot() {
      const { tasks } = await state();
      return {
        tasks: tasks.map(({ key, build, runner }) => ({
          key,
          lease: runner === null ? null : { runnerId: runner },
          demand: { buildId: build },
        })),
      };
    },
    auditBuild: (build) => steadily(() => client.auditDrillBuild({ id, build })),
    async stored(digest) {
      const bytes = await steadily(() => client.drillAsset({ id, digest }));
      return bytes === null ? null : `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
    },
  };
}

/** Asks again while the gateway is away, for half a minute at most. */
export async function steadily<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (const untilMs = performance.now() + triesForMs; ; await sleep(300)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof FilmwrightError && error.code === 'unavailable') || performance.now() > untilMs) throw error;
    }
  }
}
