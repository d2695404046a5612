import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import {
  copyToStandby,
  endStandby,
  freeShared,
  lastNumber,
  moveClock,
  promote,
  type RunningPostgres,
  startPostgres,
  untilSynchronous,
} from '@filmwright/records/embedded';
import { childrenOf } from './children-of.ts';
import { type DatabaseWay, openDatabaseWay } from './database-way.ts';
import { sent, strike } from './strike.ts';

/** The database of a drill: a server that is started again when it dies, and at times a standby on another home. */
export type DrillDatabase = {
  readonly pid: () => number;
  /** Opens a way of its own for a part; `url` is its DATABASE_URL for good. */
  readonly openWay: () => Promise<DatabaseWay & { readonly url: string }>;
  /** Copies the server that is written to while it is in use, and has every commit wait for the copy from then on. */
  readonly keepStandby: () => Promise<void>;
  /** Kills the server with all of its processes, promotes its standby and turns every way to that; returns how long nothing was written, in milliseconds, and the
   * last fence that the one gave and the first that the other can. Throws where a fence could be given twice. */
  readonly failOver: () => Promise<{ readonly awayMs: number; readonly fences: { readonly before: number; readonly after: number } }>;
  /** Ends the standby; the server answers alone from then on. */
  readonly dropStandby: () => Promise<void>;
  /** Moves the clock of the server by so many milliseconds; gives how many live leases are over by that. */
  readonly moveClock: (byMs: number) => Promise<number>;
  readonly stop: () => Promise<void>;
};

type Server = RunningPostgres & { readonly home: string };

const againAfterMs = 200;

/** Starts the database of a drill below `home`. */
export async function startDrillDatabase(home: string): Promise<DrillDatabase> {
  const ways: DatabaseWay[] = [];
  const start = async (name: string, port = 0): Promise<Server> => {
    const at = join(home, name);
    await mkdir(at, { recursive: true });
    return { ...(await startPostgres({ home: at, port, replicates: true, diesWithStarter: true })), home: at };
  };
  const nameOf = ({ home: at }: Server): string => at.slice(home.length + 1);
  let server = await start('database-1');
  let standby: Server | null = null;
  let stopped = false;
  let keeping: Promise<void> = Promise.resolve();
  const keep = async (): Promise<void> => {
    const name = nameOf(server) === 'database-1' ? 'database-2' : 'database-1';
    await copyToStandby({ primary: server, home: join(home, name) });
    if (stopped) return;
    standby = await start(name);
    await untilSynchronous(server.connectionString);
  };
  /** Starts a server again, on its port, when it dies, unless it is not the one any more. */
  const watch = async (watched: Server): Promise<void> => {
    await watched.exited;
    while (!stopped && server === watched) {
      const again = await start(nameOf(watched), Number(new URL(watched.connectionString).port)).catch(() => null);
      if (again === null) {
        await sleep(againAfterMs);
        continue;
      }
      server = again;
      if (stopped) await again.stop();
      else void watch(again);
    }
  };
  void watch(server);
  const port = (): number => Number(new URL(server.connectionString).port);
  return {
    pid: () => server.pid,
    async openWay() {
      const way = await openDatabaseWay(port);
      ways.push(way);
      const url = new URL(server.connectionString);
      url.port = String(way.port);
      return { ...way, url: url.href };
    },
    keepStandby() {
      keeping = keep();
      return keeping;
    },
    async failOver() {
      const next = standby;
      if (next === null) throw new FilmwrightError('unavailable', 'The database of the drill has no standby.');
      const old = server;
      const before = await lastNumber(old.connectionString, 'task_fence');
      const startMs = performance.now();
      server = next;
      standby = null;
      const pids = [old.pid, ...childrenOf(old.pid)];
      await strike({ what: 'PostgreSQL', pid: () => old.pid }, 'SIGKILL');
      for (const pid of pids) sent(pid, 'SIGKILL');
      for (const way of ways) way.hangUp();
      await old.exited;
      await promote(next.connectionString);
      void watch(next);
      const awayMs = Math.round(performance.now() - startMs);
      const after = await lastNumber(next.connectionString, 'task_fence');
      if (after < before) throw new Error(`fences went back from ${before} to ${after}: one could be given twice`);
      return { awayMs, fences: { before, after } };
    },
    async dropStandby() {
      const dropped = standby;
      if (dropped === null) return;
      try {
        await endStandby(server.connectionString, dropped.stop);
      } finally {
        await dropped.stop();
        standby = null;
      }
    },
    moveClock: (byMs) => moveClock(server.connectionString, byMs),
    async stop() {
      stopped = true;
      await standby?.stop();
      await server.stop();
      // One that was on its way ends soon without the server that it follows, and may have started meanwhile.
      await keeping.catch(() => {});
      await standby?.stop();
      for (const way of ways) await way.close();
      // One that was killed and has no successor.
      for (const name of ['database-1', 'database-2']) await freeShared(join(home, name));
    },
  };
}
