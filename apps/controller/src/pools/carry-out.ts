import { FilmwrightError, type MachineRefusal, type Pool } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { PoolStore } from '@filmwright/records';
import { reasonOf } from '../reason-of.ts';
import type { Provisioner } from './provisioner.ts';

export type CarryOptions = {
  readonly pool: Pool;
  readonly provisioner: Provisioner;
  readonly records: Pick<PoolStore, 'machines' | 'stopMachine' | 'forgetMachine' | 'tellMachines'>;
  /** Begins the ids of this pool's machines of this installation; no other machine is ever touched. */
  readonly prefix: string;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Called before a machine goes: whatever let it in must let it in no more. */
  readonly lockOut: (id: string) => Promise<void>;
  /** Called before each machine that is asked for or goes: a list may have come after another began to lead. Throws `lease-stale` then, which ends the round. */
  readonly checkLead?: () => Promise<void>;
};

const firstAgainMs = 1000;
const longestAgainMs = 30_000;

/** How often something was tried, and when it may be tried again. */
type Tries = { readonly count: number; readonly nextMs: number };

/**
 * Makes the machines of a pool be what the rows say, a round at a time. Rows are written before a machine is asked for, so that a machine without a row
 * is one that nobody wants: it goes. What a service forgets or refuses is asked for again under its id; what it gives twice goes, both of it. What it says
 * of a machine is noted beside it.
 */
export function createCarrier({ pool, provisioner, records, prefix, nowMs, log, lockOut, checkLead = async () => {} }: CarryOptions): {
  readonly round: () => Promise<void>;
} {
  const asked = new Map<string, Tries>();
  const removed = new Set<string>();
  let failed: Tries = { count: 0, nextMs: 0 };

  const again = ({ count }: Tries): Tries => ({ count: count + 1, nextMs: nowMs() + Math.min(longestAgainMs, firstAgainMs * 2 ** count) });
  const remove = async (id: string): Promise<void> => {
    await checkLead();
    await provisioner.remove(id);
    removed.add(id);
  };

  const ask = async (id: string, tries: Tries): Promise<MachineRefusal | null> => {
    await checkLead();
    // Noted first: a call that was not answered may have been heard.
    asked.set(id, again(tries));
    const refused = await provisioner.put(id);
    const what = tries.count === 0 ? 'machine asked for' : 'machine asked for again';
    log('info', refused === null ? what : 'machine refused', { pool: pool.name, machine: id, ...(refused !== null && { refused }) });
    return refused;
  };

  const compare = async (): Promise<void> => {
    const said = (await provisioner.list()).filter(({ id }) => id.startsWith(prefix));
    const listed = said.map(({ id }) => id);
    // Read after the list: every machine on it that is wanted has its row by now.
    const all = await records.machines();
    const rows = all.filter((row) => row.pool === pool.name);
    const known = new Set(rows.map(({ id }) => id));
    // A service may list those of all pools, and the name of another may begin with this one's.
    const ofAnybody = new Set(all.map(({ id }) => id));
    for (const id of new Set(listed)) {
      if (ofAnybody.has(id)) continue;
      log('warn', 'a machine that nobody wants goes', { pool: pool.name, machine: id });
      await remove(id);
    }
    await records.tellMachines(said.filter(({ id }) => rows.some((row) => row.id === id && row.state === 'wanted')));
    for (const { id, state, busy } of rows) {
      const times = listed.filter((one) => one === id).length;
      if (state === 'stopping') {
        // Its runner is given nothing more, and finishes what it has.
        if (busy > 0 && times > 0) continue;
        await checkLead();
        await lockOut(id);
        if (times > 0 || !removed.has(id)) await remove(id);
        if (times > 0) continue;
        await records.forgetMachine(id);
        asked.delete(id);
        removed.delete(id);
      } else if (times > 1) {
        log('warn', 'a machine was given twice and goes', { pool: pool.name, machine: id });
        await checkLead();
        await records.stopMachine(id);
      } else {
        const news = said.find((one) => one.id === id) ?? { refused: null, endsAt: null };
        // One that failed is given up, and another comes for it.
        if ((times === 1 && news.refused === null) || news.refused === 'failed') continue;
        const tries = asked.get(id) ?? { count: 0, nextMs: 0 };
        if (nowMs() < tries.nextMs) continue;
        const refused = await ask(id, tries);
        if (refused !== null || times === 0) await records.tellMachines([{ id, endsAt: news.endsAt, refused }]);
      }
    }
    for (const id of [...asked.keys()]) if (!known.has(id)) asked.delete(id);
  };

  return {
    async round() {
      if (nowMs() < failed.nextMs) return;
      try {
        await compare();
        failed = { count: 0, nextMs: 0 };
      } catch (error) {
        if (error instanceof FilmwrightError && error.code === 'lease-stale') throw error;
        failed = again(failed);
        log('warn', 'the machines of a pool cannot be had just now', { pool: pool.name, reason: reasonOf(error), tries: failed.count });
      }
    },
  };
}
