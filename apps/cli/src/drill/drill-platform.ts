import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { unmount } from '@filmwright/process/mounts';
import { openRecords } from '@filmwright/records';
import { openPlatformLog } from '../platform/platform-log.ts';
import { type AppName, type Supervised, supervise } from '../platform/supervise.ts';
import type { DatabaseWay } from './database-way.ts';
import { type DrillDatabase, startDrillDatabase } from './drill-database.ts';
import { type DrillRunner, heedingSignals, runnerPlaces, startDrillRunner } from './drill-runner.ts';
import type { RunnerGround } from './fault.ts';
import { smallDisk } from './small-disk.ts';
import { storedIn } from './stored-in.ts';

/** A part that writes to the database, and its way there. */
export type DrillPart = Pick<Supervised, 'pid'> & { readonly way: DatabaseWay };
/** Where `smallDisks`, the store and the runners lie on file systems of their own. */
export type DrillPlatform = Omit<RunnerGround, 'records'> & {
  readonly records: Awaited<ReturnType<typeof openRecords>>;
  readonly database: DrillDatabase;
  readonly gateways: readonly DrillPart[];
  readonly controllers: readonly DrillPart[];
  /** The controller that leads now, or undefined while none does. */
  readonly leader: () => Promise<DrillPart | undefined>;
  /** Waits for the controller that leads; throws `unavailable` after a minute. */
  readonly leads: () => Promise<DrillPart>;
  /** Holds the assets. */
  readonly store: string;
  readonly stop: () => Promise<void>;
};

/** So long a lease of a drill holds, in milliseconds. */
const leaseMs = 3000;
const wholeWithinMs = 60_000;

type DrillPlatformOptions = {
  readonly home: string;
  readonly runners: number;
  /** About how many rounds are played on it. */
  readonly rounds: number;
};

/** About what a round leaves in the store for each runner and two more, twice over. */
const roundBytes = 200_000;

/** Two gateways, two controllers, a database and so many runners on a home that nobody else uses, whose store keeps what all of its rounds make. */
export async function startDrillPlatform({ home, runners: count, rounds }: DrillPlatformOptions): Promise<DrillPlatform> {
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await start(home, { count, keptBytes: rounds * (count + 2) * roundBytes, ends, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

type Part = { readonly name: string; readonly env: Readonly<Record<string, string>> };
type Starting = {
  readonly count: number;
  readonly keptBytes: number;
  readonly ends: (() => Promise<void> | void)[];
  readonly stop: () => Promise<void>;
};

async function start(home: string, { count, keptBytes, ends, stop }: Starting): Promise<DrillPlatform> {
  const logTo = openPlatformLog(home);
  ends.push(() => closeSync(logTo));
  const store = join(home, 'store');
  const places = runnerPlaces(home, count);
  const homes = [store, ...places.map((place) => place.home)];
  const mounted = homes.map((folder) => smallDisk(folder, folder === store ? keptBytes : 0));
  ends.push(() => {
    for (const [index, folder] of homes.entries()) if (mounted[index]) unmount(folder);
  });
  const database = await startDrillDatabase(home);
  ends.push(database.stop);
  const records = await openRecords({ connectionString: (await database.openWay()).url });
  ends.push(records.close);
  const draw = (): string => randomBytes(24).toString('base64url');
  const clocks = join(home, 'clocks');
  const everywhere = { ...heedingSignals(clocks), FILMWRIGHT_LOG_LEVEL: 'info' };
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
  const startRunner = async (place: (typeof places)[number]): Promise<DrillRunner> => {
    const { token } = await client.createRunnerToken({ ttlMs: 600_000 });
    const runner = await startDrillRunner({ ...place, token, gateways: () => gatewayUrls, env: everywhere, logTo });
    ends.push(runner.stop);
    return runner;
  };
  const runners = await Promise.all(places.map(startRunner));
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
    stored: storedIn(store),
    leaseMs: () => leaseMs,
    clocks,
    smallDisks: mounted.every(Boolean),
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
