import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { FilmwrightError, fromProblem, type PoolsFile, problemSchema, type RunnerEnd } from '@filmwright/contracts';
import {
  addressOf,
  checkHomeRecords,
  checkOwnDatabase,
  type FoundDatabase,
  type HomeRecords,
  nameOf,
  noteHomeRecords,
} from './home-records.ts';
import { keepDatabase } from './keep-database.ts';
import { keptKey } from './kept-key.ts';
import { openPlatformLog } from './platform-log.ts';
import type { Role } from './roles.ts';
import { runnerNames } from './runner-names.ts';
import { entryOf, type Supervised, supervise } from './supervise.ts';

/** Served to other machines beside the plain port of this one. `host` is the address to listen on. */
export type Tls = { readonly certFile: string; readonly keyFile: string; readonly host: string; readonly port: number };
export type RolesOptions = {
  readonly home: string;
  readonly roles: readonly Role[];
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls?: Tls;
  /** Origin by which others reach the gateway, through its TLS or a proxy. */
  readonly publicUrl?: string;
  /** Runner processes, 0 for none; as many as cores and memory bear when left out. */
  readonly runners?: number;
  /** Port on which the controller tells its metrics; the runners follow on the ports after it, then the database, which has this one where it is alone. None when left out. */
  readonly metricsPort?: number;
  /** Machines that come and go with the work; the controller sees to them. */
  readonly pools?: PoolsFile;
  /** Whether the home may go over to the database of DATABASE_URL, where it belonged to another. */
  readonly mayMove?: boolean;
  readonly logTo: 'file' | 'stderr';
};
/** Where the gateway answers: `url` on this machine, `publicUrl` for others, null where none reach it. */
export type GatewayAddress = { readonly url: string; readonly publicUrl: string | null; readonly token: string };
export type RunningRoles = {
  /** Null where another machine is the gateway. */
  readonly gateway: GatewayAddress | null;
  /** Of the database that was started here. */
  readonly databaseUrl: string | null;
  readonly runners: number;
  /** Runners first, so that what they hold can be told; the database last. */
  readonly stop: () => Promise<void>;
};

const mebibyte = 1024 ** 2;
const readyWithinMs = 60_000;
const othersAfterMs = 1200;
/** Without a gateway beside it a runner is drained: the others go on, and wait for what it holds. */
const drainMs = 60_000;
const killAfterMs = 5000;
/** Films wait for runners of other machines as long as it takes. */
const forEverMs = 365 * 86_400_000;

/** One runner per core, as long as each has 700 MB of free memory. */
export function runnersFor(cores: number, freeBytes: number): number {
  return Math.max(1, Math.min(cores, Math.floor(freeBytes / (700 * mebibyte))));
}

/** Starts the processes of the roles and keeps each of them running until `stop`; resolves when all have said that they are there. */
export async function startRoles(options: RolesOptions): Promise<RunningRoles> {
  const { home, roles, tls, publicUrl, metricsPort } = options;
  mkdirSync(home, { recursive: true });
  const has = (role: Role): boolean => roles.includes(role);
  const logFile = options.logTo === 'file' ? openPlatformLog(home) : null;
  const logTo = logFile ?? 'inherit';
  const see = logFile === null ? 'what it wrote above' : join(home, 'logs', 'platform.log');
  const hasPools = has('controller') && (options.pools?.pools.length ?? 0) > 0;
  const count = has('runner') ? (options.runners ?? (hasPools ? 0 : runnersFor(availableParallelism(), freemem()))) : 0;
  if (has('database')) await checkOwnDatabase(home);
  const database = has('database') ? await keepDatabase(home) : null;
  const external = has('gateway') || has('controller') ? process.env.DATABASE_URL : undefined;
  const found = foundDatabase({ own: database?.connectionString(), external });
  if (found !== null && database === null && options.mayMove !== true) await checkHomeRecords(home, found);
  const secrets = await secretsOf(home);
  const names = await runnerNames(home, { count, isAlone: !has('gateway') });
  const figures =
    database !== null && metricsPort !== undefined
      ? await (await import('./database-metrics.ts')).serveDatabaseMetrics({
          database,
          home,
          port: metricsPort + databaseMetricsAt(roles, count),
        })
      : null;
  const parts: Supervised[] = [];
  const runnerParts: Supervised[] = [];
  const controllerParts: Supervised[] = [];
  let others: NodeJS.Timeout | undefined;
  const stop = async (): Promise<void> => {
    clearTimeout(others);
    await Promise.all([...runnerParts, ...controllerParts].map((part) => part.stop()));
    await Promise.all(parts.map((part) => part.stop()));
    await figures?.close();
    await database?.stop();
    if (logFile !== null) closeSync(logFile);
  };
  let wantedPort = options.port;
  const shared = (metricsAt = 0): Record<string, string> => ({
    FILMWRIGHT_HOME: home,
    DATABASE_URL: database?.connectionString() ?? process.env.DATABASE_URL ?? '',
    ...secrets,
    FILMWRIGHT_PORT: String(wantedPort),
    ...(publicUrl === undefined ? {} : { FILMWRIGHT_PUBLIC_URL: publicUrl }),
    ...(tls === undefined ? {} : tlsEnvironment(tls)),
    FILMWRIGHT_METRICS_PORT: metricsPort === undefined ? '' : String(metricsPort + metricsAt),
    ...(count > 0 || process.env.FILMWRIGHT_RUNNER_WAIT_MS ? {} : { FILMWRIGHT_RUNNER_WAIT_MS: String(forEverMs) }),
  });
  /** The address of the gateway, as soon as one of this machine is there. */
  const startGateway = (): Promise<GatewayAddress> =>
    new Promise((resolve) => {
      const onSign = (sign: Sign): void => {
        if (typeof sign.url !== 'string') return;
        // A gateway that starts again must come back where its clients know it.
        wantedPort = Number(new URL(sign.url).port);
        resolve({ url: sign.url, publicUrl: typeof sign.publicUrl === 'string' ? sign.publicUrl : null, token: secrets.FILMWRIGHT_TOKEN });
      };
      parts.push(supervise({ app: 'gateway', name: 'gateway', env: () => shared(), logTo, onSign }));
    });
  let url = has('gateway') ? '' : (process.env.FILMWRIGHT_URL ?? '');
  const graceMs = Number(process.env.FILMWRIGHT_GRACE_MS || (has('gateway') ? 0 : drainMs));
  /** Machines of local pools are children of the controller, which is told what they need. */
  const poolEnvironment = (): Record<string, string> =>
    hasPools
      ? {
          FILMWRIGHT_POOLS: JSON.stringify(options.pools),
          FILMWRIGHT_RUNNER_ENTRY: entryOf('runner'),
          FILMWRIGHT_GRACE_MS: String(graceMs),
          FILMWRIGHT_URL: url,
        }
      : { FILMWRIGHT_POOLS: '' };
  /** Where every role is of this program there is no newer one that could lead instead. */
  const isWhole = (['database', 'gateway', 'controller', 'runner'] as const).every(has);
  const leading = isWhole ? { FILMWRIGHT_LEAD_ANYWAY: '1' } : {};
  const startController = (): Promise<void> =>
    new Promise((resolve) => {
      const onSign = (sign: Sign): void => void (sign.ready === true && resolve());
      controllerParts.push(
        supervise({ app: 'controller', name: 'controller', env: () => ({ ...shared(), ...poolEnvironment(), ...leading }), logTo, onSign }),
      );
    });
  const startRunner = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const name = names[index - 1] ?? '';
      // The next process of it tells whoever waits for what it had.
      let end: RunnerEnd | null = null;
      const onEnd = (seen: RunnerEnd): void => {
        end = seen;
      };
      const env = (): Record<string, string> => ({
        ...shared(index),
        ...{ FILMWRIGHT_URL: url, FILMWRIGHT_RUNNER_NAME: name, FILMWRIGHT_GRACE_MS: String(graceMs) },
        FILMWRIGHT_LAST_END: end === null ? '' : JSON.stringify(end),
        // Machines that parse hostile media hold no other secret than their own.
        ...{ DATABASE_URL: '', FILMWRIGHT_TOKEN: '', FILMWRIGHT_SIGNING_KEY: '', FILMWRIGHT_TLS_KEY: '' },
        ...withoutTokens(options.pools),
      });
      const onSign = (sign: Sign): void => {
        lacks(sign, reject);
        if (sign.ready !== true) return;
        end = null;
        resolve();
      };
      runnerParts.push(supervise({ app: 'runner', name, env, logTo, onSign, onEnd, graceMs: graceMs + killAfterMs }));
    });
  try {
    const answering = has('gateway') ? startGateway() : null;
    const deciding = has('controller') ? startController() : null;
    // The first runner looks at the machine while the gateway starts.
    const first = count > 0 ? startRunner(1) : null;
    first?.catch(() => {});
    const gateway = answering && (await within(answering, `the gateway did not start; see ${see}. Is port ${options.port} taken?`));
    if (gateway !== null) {
      url = gateway.url;
      for (const part of [...runnerParts, ...controllerParts]) part.tell({ url });
    }
    if (deciding !== null) await within(deciding, `the controller did not start; see ${see}. Does the database answer?`);
    if (first !== null) await within(first, `no runner started; see ${see}.`);
    if (found !== null) tellMove(home, await noteHomeRecords(home, found));
    // The others come a moment later: what needs no work, or one frame, is done by then and has the cores to itself.
    others = setTimeout(() => {
      for (let index = 2; index <= count; index++) startRunner(index).catch(() => {});
    }, othersAfterMs);
    return { gateway, databaseUrl: database?.connectionString() ?? null, runners: count, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** So far behind the first port of figures is that of the database. */
function databaseMetricsAt(roles: readonly Role[], runners: number): number {
  return roles.includes('controller') || runners > 0 ? runners + 1 : 0;
}

type Databases = { readonly own: string | undefined; readonly external: string | undefined };

/** The database that the roles work with; null for those that know none. */
function foundDatabase({ own, external }: Databases): FoundDatabase | null {
  if (own !== undefined) return { connectionString: own, address: null };
  return external ? { connectionString: external, address: addressOf(external) } : null;
}

function tellMove(home: string, before: HomeRecords | null): void {
  if (before === null) return;
  process.stderr.write(
    `${home} works with other records from now on; until now with those in ${nameOf(before.address)}. What lies in its media folder stays, and is swept for those alone: see docs/guide/operations.md.\n`,
  );
}

/** Empties the variables that hold the tokens of services of machines. */
function withoutTokens(pools: PoolsFile | undefined): Readonly<Record<string, string>> {
  const names = (pools?.pools ?? []).flatMap(({ provisioner }) => (provisioner?.type === 'http' ? [provisioner.tokenFrom ?? ''] : []));
  return Object.fromEntries(names.filter((name) => name !== '').map((name) => [name, '']));
}

type Sign = Readonly<Record<string, unknown>>;
type Secrets = Readonly<Record<'FILMWRIGHT_TOKEN' | 'FILMWRIGHT_RUNNER_TOKEN' | 'FILMWRIGHT_SIGNING_KEY', string>>;

function tlsEnvironment({ certFile, keyFile, host, port }: Tls): Readonly<Record<string, string>> {
  return {
    FILMWRIGHT_TLS_CERT: certFile,
    FILMWRIGHT_TLS_KEY: keyFile,
    FILMWRIGHT_TLS_HOST: host,
    FILMWRIGHT_TLS_PORT: String(port),
  };
}

/** The environment's, so that several gateways share them; else drawn anew, but for the signing key, which the home keeps. */
async function secretsOf(home: string): Promise<Secrets> {
  const { FILMWRIGHT_TOKEN, FILMWRIGHT_RUNNER_TOKEN, FILMWRIGHT_SIGNING_KEY } = process.env;
  return {
    FILMWRIGHT_TOKEN: FILMWRIGHT_TOKEN || randomBytes(24).toString('base64url'),
    FILMWRIGHT_RUNNER_TOKEN: FILMWRIGHT_RUNNER_TOKEN || randomBytes(24).toString('base64url'),
    FILMWRIGHT_SIGNING_KEY: FILMWRIGHT_SIGNING_KEY || (await keptKey(home)),
  };
}

/** Ends the wait when a runner says what this machine lacks; a fault that may pass is left to the next try. */
function lacks(sign: Sign, reject: (error: Error) => void): void {
  const problem = problemSchema.safeParse(sign.problem);
  if (problem.success && !problem.data.retryable) reject(fromProblem(problem.data));
}

function within<T>(promise: Promise<T>, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FilmwrightError('unavailable', message)), readyWithinMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
