import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { openRecords } from '@filmwright/records';
import { openPlatformLog } from '../platform/platform-log.ts';
import { type AppName, type Supervised, supervise } from '../platform/supervise.ts';
import type { DatabaseWay } from './database-way.ts';
import { type DrillDatabase, startDrillDatabase } from './drill-database.ts';
import { type DrillProxy, openDrillProxy } from './drill-proxy.ts';

/** A runner as on another machine: a home of its own, and one way to the gateways. */
export type DrillRunner = { readonly home: string; readonly proxy: DrillProxy; readonly pid: () => number | undefined };
/** A part that writes to the database, and its way there. */
export type DrillPart = Pick<Supervised, 'pid'> & { readonly way: DatabaseWay };
export type DrillPlatform = {
  readonly records: Awaited<ReturnType<typeof openRecords>>;
  readonly database: DrillDatabase;
  readonly gateways: readonly DrillPart[];
  readonly controllers: readonly DrillPart[];
  /** The controller that leads now, or undefined while none does. */
  readonly leader: () => Promise<DrillPart | undefined>;
  /** Waits for the controller that leads; throws `unavailable` after a minute. */
  readonly leads: () => Promise<DrillPart>;
  readonly runners: readonly DrillRunner[];
  /** Holds the assets; a file system of its own where `smallDisks`. */
  readonly store: string;
  /** Whether store and runners lie on file systems so small that they can be filled. */
  readonly smallDisks: boolean;
  /** The folder in which processes whose clock was moved say what it says. */
  readonly clocks: string;
  /** How many cached files runners found spoilt so far. */
  readonly damaged: () => Promise<number>;
  /** Waits until every part answers and every runner is there; throws `unavailable` after a minute. */
  readonly whole: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** So long a lease of a drill holds, in milliseconds. */
export const leaseMs = 3000;
const diskBytes = 160 * 1024 ** 2;
const wholeWithinMs = 60_000;

/** Two gateways, two controllers, a database and so many runners on a home that nobody else uses. */
export async function startDrillPlatform({
  home,
  runners: count,
}: {
  readonly home: string;
  readonly runners: number;
}): Promise<DrillPlatform> {
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await start(home, { count, ends, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

type Part = { readonly name: string; readonly env: Readonly<Record<string, string>> };
type Starting = { readonly count: number; readonly ends: (() => Promise<void> | void)[]; readonly stop: () => Promise<void> };

async function start(home: string, { count, ends, stop }: Starting): Promise<DrillPlatform> {
  const logTo = openPlatformLog(home);
  ends.push(() => closeSync(logTo));
  const homes = ['store', ...Array.from({ length: count }, (_, index) => `runner-${index + 1}`)].map((name) => join(home, name));
  const mounted = homes.map((folder) => smallDisk(folder));
  ends.push(() => {
    for (const [index, folder] of homes.entries()) if (mounted[index]) unmount(folder);
  });
  const database = await startDrillDatabase(home);
  ends.push(database.stop);
  const records = await openRecords({ connectionString: (await database.openWay()).url });
  ends.push(records.close);
  const [store = '', ...runnerHomes] = homes;
  const draw = (): string => randomBytes(24).toString('base64url');
  const clock = fileURLToPath(new URL('./shift-clock.ts', import.meta.url));
  const clocks = join(home, 'clocks');
  mkdirSync(clocks);
  const everywhere = {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${clock}`.trim(),
    FILMWRIGHT_DRILL_CLOCKS: clocks,
    FILMWRIGHT_LOG_LEVEL: 'info',
  };
  const shared: Record<string, string> = {
    ...everywhere,
    FILMWRIGHT_HOME: store,
    FILMWRIGHT_MEDIA: join(store, 'media'),
    FILMWRIGHT_TOKEN: draw(),
    FILMWRIGHT_RUNNER_TOKEN: draw(),
    FILMWRIGHT_SIGNING_KEY: draw(),
    FILMWRIGHT_LEASE_MS: String(leaseMs),
    FILMWRIGHT_RUNNER_WAIT_MS: '600000',
  };
  const part = async (app: AppName, { name, env }: Part): Promise<Supervised> => {
    let kept: Supervised | undefined;
    await new Promise<void>((resolve) => {
      const onSign = (sign: Readonly<Record<string, unknown>>): void => {
        if (sign.ready === true || typeof sign.url === 'string') resolve();
      };
      kept = supervise({ app, name, env: () => env, logTo, onSign });
      ends.push(kept.stop);
      setTimeout(resolve, wholeWithinMs).unref();
    });
    if (kept === undefined) throw new Error('a part that was started is there');
    return kept;
  };
  const ports = await Promise.all(Array.from({ length: 4 }, freePort));
  const gatewayUrls = ports.slice(0, 2).map((port) => `http://127.0.0.1:${port}`);
  const leads = ports.slice(2).map((port) => `http://127.0.0.1:${port}/metrics`);
  const writer = async (app: 'gateway' | 'controller', { name, env }: Part): Promise<DrillPart> => {
    const way = await database.openWay();
    const { pid } = await part(app, { name, env: { ...shared, ...env, DATABASE_URL: way.url } });
    return { pid, way };
  };
  const [gateways, controllers] = await Promise.all([
    Promise.all(
      ports
        .slice(0, 2)
        .map((port, index) =>
          writer('gateway', { name: `gateway-${index + 1}`, env: { FILMWRIGHT_PORT: String(port), FILMWRIGHT_METRICS_PORT: '' } }),
        ),
    ),
    Promise.all(
      ports
        .slice(2)
        .map((port, index) => writer('controller', { name: `controller-${index + 1}`, env: { FILMWRIGHT_METRICS_PORT: String(port) } })),
    ),
  ]);
  const client = createClient({ url: gatewayUrls[0] ?? '', token: shared.FILMWRIGHT_TOKEN ?? '' });
  const startRunner = async (folder: string, index: number): Promise<DrillRunner> => {
    const proxy = await openDrillProxy(() => gatewayUrls);
    ends.push(proxy.close);
    const { token } = await client.createRunnerToken({ ttlMs: 600_000 });
    const supervised = await part('runner', {
      name: `runner-${index + 1}`,
      env: {
        ...everywhere,
        ...{
          FILMWRIGHT_HOME: folder,
          FILMWRIGHT_JOIN: proxy.url,
          FILMWRIGHT_JOIN_TOKEN: token,
          FILMWRIGHT_RUNNER_NAME: `runner-${index + 1}`,
        },
        ...{ FILMWRIGHT_SLOTS: '1', FILMWRIGHT_GRACE_MS: '0', FILMWRIGHT_STUCK_MS: 'drill=3500', FILMWRIGHT_EXECUTOR_IDLE_MS: '600000' },
        ...{ DATABASE_URL: '', FILMWRIGHT_TOKEN: '', FILMWRIGHT_RUNNER_TOKEN: '', FILMWRIGHT_SIGNING_KEY: '', FILMWRIGHT_METRICS_PORT: '' },
      },
    });
    return { home: folder, proxy, pid: supervised.pid };
  };
  const runners = await Promise.all(runnerHomes.map(startRunner));
  const leaderNow = async (): Promise<DrillPart | undefined> => {
    const texts = await Promise.all(
      leads.map((url) =>
        fetch(url).then(
          (reply) => reply.text(),
          () => '',
        ),
      ),
    );
    return controllers[texts.findIndex((text) => /^filmwright_controller_leading(\{[^}]*\})? 1$/m.test(text))];
  };
  return {
    records,
    database,
    gateways,
    controllers,
    leader: leaderNow,
    async leads() {
      for (const untilMs = performance.now() + wholeWithinMs; performance.now() < untilMs; await sleep(100)) {
        const found = await leaderNow();
        if (found !== undefined) return found;
      }
      throw new FilmwrightError(
        'unavailable',
        `No controller of the drill leads after a minute; see ${join(home, 'logs', 'platform.log')}.`,
      );
    },
    runners,
    store,
    clocks,
    smallDisks: mounted.every(Boolean),
    async damaged() {
      const lists = await Promise.all(
        gatewayUrls.map((url) =>
          createClient({ url, token: shared.FILMWRIGHT_TOKEN ?? '' })
            .listRunners()
            .catch(() => ({ runners: [] })),
        ),
      );
      const most = new Map<string, number>();
      for (const { name, cache } of lists.flatMap((list) => list.runners))
        most.set(name, Math.max(most.get(name) ?? 0, cache?.damaged ?? 0));
      return [...most.values()].reduce((sum, each) => sum + each, 0);
    },
    async whole() {
      for (const untilMs = performance.now() + wholeWithinMs; ; await sleep(100)) {
        const answers = gatewayUrls.map((url) => createClient({ url, token: '' }).health());
        const lives = await Promise.all([...answers, records.ping()]).then(
          () => true,
          () => false,
        );
        const there = lives ? await records.runners() : [];
        const is = runners.every(({ pid }) => there.some((one) => one.pid === pid()));
        if (is && (await leaderNow()) !== undefined) return;
        if (performance.now() > untilMs)
          throw new FilmwrightError(
            'unavailable',
            `The platform of the drill is not whole after a minute; see ${join(home, 'logs', 'platform.log')}.`,
          );
      }
    },
    stop,
  };
}

/** Mounts a small file system in memory on a folder, where this user may; the folder is there either way. */
function smallDisk(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'filmwright-drill', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmount(folder: string): void {
  try {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  } catch {
    // It is not mounted any more.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
