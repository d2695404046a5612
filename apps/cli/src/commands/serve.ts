import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { onSignal } from '@filmwright/process/on-signal';
import { filmwrightHome } from '../platform/home.ts';
import { readPlatformFile, withStartLock } from '../platform/platform-file.ts';
import { checkPools, readPoolsFile } from '../platform/read-pools-file.ts';
import { readRoles } from '../platform/roles.ts';
import { startPlatform } from '../platform/start-platform.ts';
import { type RolesOptions, startRoles, type Tls } from '../platform/start-roles.ts';
import { millisecondsOf } from './milliseconds-of.ts';

export type ServeOptions = {
  readonly port: number;
  readonly runners: number | undefined;
  /** A list such as "gateway,controller"; all that this machine needs when left out. */
  readonly roles: string | undefined;
  readonly metricsPort: number | undefined;
  /** File of pools; `pools.yaml` of the home when left out. */
  readonly pools: string | undefined;
  readonly reach: Reach;
  readonly sweep: DailySweep;
};
/** The daily sweep as it was written: ages such as 7d, the controller's own where they are left out. */
export type DailySweep = { readonly isOff: boolean; readonly older: string | undefined; readonly builds: string | undefined };
/** How other machines reach the gateway of this one, as it was written. */
export type Reach = {
  readonly host: string | undefined;
  readonly publicUrl: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsPort: number | undefined;
};

/** Starts the roles of this machine and stays until Ctrl-C; prints where they are reached, the page with the token that opens it. */
export async function serve({ port, runners, metricsPort, roles: list, pools: path, reach, sweep }: ServeOptions): Promise<void> {
  const home = filmwrightHome();
  Object.assign(process.env, sweepEnvironment(sweep));
  const roles = readRoles(list, process.env);
  const tls = await tlsOf(reach);
  const pools = await readPoolsFile({ home, path });
  if (pools !== null) checkPools(pools, { roles, publicUrl: reach.publicUrl, env: process.env });
  const options: RolesOptions = {
    ...{ home, roles, port, mayMove: true, logTo: 'stderr' },
    ...(runners === undefined ? {} : { runners }),
    ...(reach.publicUrl === undefined ? {} : { publicUrl: reach.publicUrl }),
    ...(tls === null ? {} : { tls }),
    ...(metricsPort === undefined ? {} : { metricsPort }),
    ...(pools === null ? {} : { pools }),
  };
  const { ready, stop } = roles.includes('gateway') ? await withPlatform(options) : await withoutPage(options);
  const told = new Promise<string>((resolve) => {
    let ends = false;
    onSignal((name) => {
      if (ends) process.exit(130);
      ends = true;
      resolve(name);
    });
  });
  // Whoever reads it may end this process at once.
  process.stdout.write(`${ready}\n  state lies in ${home}; Ctrl-C ends it.\n`);
  // The database alone has no pipe to this process that would hold it.
  const stay = setInterval(() => {}, 3_600_000);
  const reason = await told;
  clearInterval(stay);
  process.stderr.write(`Ending on ${reason}...\n`);
  await stop();
}

/** What the controller is told of the sweep; what is not written here is left to the environment. */
function sweepEnvironment({ isOff, older, builds }: DailySweep): Readonly<Record<string, string>> {
  return {
    ...(isOff ? { FILMWRIGHT_SWEEP: 'off' } : {}),
    ...(older === undefined ? {} : { FILMWRIGHT_SWEEP_OLDER_MS: String(millisecondsOf(older, '--older')) }),
    ...(builds === undefined ? {} : { FILMWRIGHT_SWEEP_BUILDS_MS: String(millisecondsOf(builds, '--builds')) }),
  };
}

type Serving = { readonly ready: string; readonly stop: () => Promise<void> };

async function withPlatform(options: RolesOptions): Promise<Serving> {
  const { home } = options;
  const { gateway, stop } = await withStartLock(home, async () => {
    const running = await readPlatformFile(home);
    if (running !== null)
      throw new FilmwrightError(
        'unavailable',
        `A platform already runs on ${home} (process ${running.pid}): ${running.url}/?token=${running.token}`,
        { retryable: false },
      );
    return startPlatform(options);
  });
  const others = gateway.publicUrl === null ? '' : `\n  others reach it at ${gateway.publicUrl}`;
  return { ready: `Filmwright is ready: ${gateway.url}/?token=${gateway.token}${others}`, stop };
}

async function withoutPage(options: RolesOptions): Promise<Serving> {
  const { databaseUrl, stop } = await startRoles(options);
  const where = databaseUrl === null ? '' : `\n  DATABASE_URL=${databaseUrl}`;
  return { ready: `Filmwright is ready as ${options.roles.join(' and ')}.${where}`, stop };
}

async function tlsOf({ host, publicUrl, tlsCert, tlsKey, tlsPort = 7443 }: Reach): Promise<Tls | null> {
  if (tlsCert === undefined && tlsKey === undefined) {
    if (host === undefined) return null;
    throw new FilmwrightError(
      'request-invalid',
      `--host ${host} wants --tls-cert and --tls-key: without TLS whoever listens on the way reads the tokens. A proxy on this machine needs no --host: it passes on to 127.0.0.1, and --public-url tells its address.`,
    );
  }
  if (tlsCert === undefined || tlsKey === undefined)
    throw new FilmwrightError(
      'request-invalid',
      `--tls-cert and --tls-key go together; found only ${tlsCert === undefined ? '--tls-key' : '--tls-cert'}.`,
    );
  const files = { certFile: resolve(tlsCert), keyFile: resolve(tlsKey) };
  for (const [name, file] of [['--tls-cert', files.certFile] as const, ['--tls-key', files.keyFile] as const])
    await access(file, constants.R_OK).catch(() => {
      throw new FilmwrightError('request-invalid', `${name} names ${file}, which cannot be read; wanted a PEM file.`);
    });
  if (host !== undefined && !isLoopback(host) && publicUrl === undefined && !process.env.FILMWRIGHT_PUBLIC_URL)
    throw new FilmwrightError(
      'request-invalid',
      `--host ${host} wants --public-url: the address by which others reach it, such as https://films.example:${tlsPort}.`,
    );
  return { ...files, host: host ?? '127.0.0.1', port: tlsPort };
}

function isLoopback(host: string): boolean {
  return /^(127\.|localhost$|::1$)/.test(host);
}
