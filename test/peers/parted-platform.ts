import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import { openRecords } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import type { DrillGround } from '../../apps/cli/src/drill/fault.ts';
import { storedIn } from '../../apps/cli/src/drill/stored-in.ts';
import { type AppName, entryOf } from '../../apps/cli/src/platform/supervise.ts';
import { makeCertificate } from './make-certificate.ts';
import { type Namespace, openNamespaces } from './namespaces.ts';

/** A process of the platform with all that it wrote. */
export type Part = { readonly pid: () => number; readonly log: () => string };
/**
 * A platform whose parts lie in networks of their own: `far` works over TLS, the second gateway and the second controller reach the database over a link each, and
 * `beside` works for that gateway in its network. `leads` is the controller behind the link.
 */
export type PartedPlatform = Omit<DrillGround, 'records'> & {
  readonly records: Awaited<ReturnType<typeof openRecords>>;
  readonly far: Part & { readonly net: Namespace };
  readonly gateway: Part & { readonly net: Namespace };
  readonly leads: Part & { readonly net: Namespace };
  readonly standby: Part;
  readonly beside: Part;
  readonly near: Part;
  readonly mainGateway: Part;
  readonly stop: () => Promise<void>;
};

const leaseMs = '3000';
/** Runners look at their machine first, which takes long where others use it too. */
const withinMs = 240_000;

/** Starts it in a folder of its own; `stop` leaves no process, no network and no file. */
export async function startPartedPlatform(): Promise<PartedPlatform> {
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await start(ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(ends: (() => Promise<void> | void)[]): Promise<Omit<PartedPlatform, 'stop'>> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-parted-'));
  await chmod(home, 0o755);
  ends.push(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const networks = openNamespaces();
  ends.push(networks.close);
  const [farNet, gatewayNet, leadNet] = [networks.add(), networks.add(), networks.add()];
  const database = await startDatabase({ home, addresses: [gatewayNet.outside, leadNet.outside] });
  ends.push(database.stop);
  const records = await openRecords({ connectionString: database.at('127.0.0.1') });
  ends.push(records.close);
  const start = (app: AppName, { env, net }: { readonly env: Readonly<Record<string, string>>; readonly net?: Namespace }): Part => {
    const part = run(app, { env, enter: net?.enter ?? [] });
    ends.push(part.stop);
    return part;
  };
  const draw = (): string => randomBytes(24).toString('base64url');
  const store = join(home, 'store');
  const shared = {
    ...{
      FILMWRIGHT_MEDIA: join(store, 'media'),
      FILMWRIGHT_LEASE_MS: leaseMs,
      FILMWRIGHT_RUNNER_WAIT_MS: '600000',
      FILMWRIGHT_SWEEP: 'off',
    },
    ...{ FILMWRIGHT_TOKEN: draw(), FILMWRIGHT_RUNNER_TOKEN: draw(), FILMWRIGHT_SIGNING_KEY: draw() },
  };
  const at = (name: string, host = '127.0.0.1'): Record<string, string> => {
    mkdirSync(join(home, name), { recursive: true });
    return { ...shared, FILMWRIGHT_HOME: join(home, name), DATABASE_URL: database.at(host) };
  };
  const [port, tlsPort, otherPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const publicUrl = `https://${farNet.outside}:${tlsPort}`;
  const { cert, key } = makeCertificate(home);
  const mainGateway = start('gateway', {
    env: {
      ...at('gateway-1'),
      ...{ FILMWRIGHT_TLS_CERT: cert, FILMWRIGHT_TLS_KEY: key },
      FILMWRIGHT_PORT: String(port),
      FILMWRIGHT_TLS_HOST: farNet.outside,
      FILMWRIGHT_TLS_PORT: String(tlsPort),
      FILMWRIGHT_PUBLIC_URL: publicUrl,
    },
  });
  const gateway = start('gateway', {
    env: { ...at('gateway-2', gatewayNet.outside), FILMWRIGHT_PORT: String(otherPort) },
    net: gatewayNet,
  });
  const leads = start('controller', { env: at('controller-2', leadNet.outside), net: leadNet });
  await said(leads, '"role":"leader"');
  const standby = start('controller', { env: at('controller-1') });
  await said(standby, '"role":"standby"');
  await Promise.all([said(mainGateway, 'gateway is ready'), said(gateway, 'gateway is ready')]);
  const client = createClient({ url: `http://127.0.0.1:${port}`, token: shared.FILMWRIGHT_TOKEN });
  const { token } = await client.createRunnerToken({ ttlMs: 600_000 });
  const working = {
    FILMWRIGHT_SLOTS: '1',
    FILMWRIGHT_GRACE_MS: '0',
    FILMWRIGHT_STUCK_MS: 'drill=30000',
    FILMWRIGHT_EXECUTOR_IDLE_MS: '600000',
  };
  const bare = {
    ...working,
    DATABASE_URL: '',
    FILMWRIGHT_TOKEN: '',
    FILMWRIGHT_RUNNER_TOKEN: '',
    FILMWRIGHT_SIGNING_KEY: '',
    FILMWRIGHT_MEDIA: '',
  };
  const far = start('runner', {
    env: { ...at('runner-1'), ...bare, FILMWRIGHT_JOIN: publicUrl, FILMWRIGHT_JOIN_TOKEN: token, FILMWRIGHT_RUNNER_NAME: 'runner-1' },
    net: farNet,
  });
  const local = (name: string, onPort: number): Record<string, string> => ({
    ...at(name),
    ...{ ...working, DATABASE_URL: '', FILMWRIGHT_URL: `http://127.0.0.1:${onPort}`, FILMWRIGHT_RUNNER_NAME: name },
  });
  const near = start('runner', { env: local('runner-2', port) });
  const beside = start('runner', { env: local('runner-3', otherPort), net: gatewayNet });
  const runners = [far, near, beside];
  const whole = async (): Promise<void> => {
    for (const untilMs = performance.now() + withinMs; ; await sleep(100)) {
      const there = await records.runners();
      if (runners.every(({ pid }) => there.some((one) => one.pid === pid()))) return;
      if (performance.now() > untilMs)
        throw new Error(
          `runners are missing; of ${runners.map(({ pid }) => pid()).join(', ')} ${JSON.stringify(there.map((one) => one.pid))} are there\n${runners.map(({ log }) => log().slice(-800)).join('\n')}`,
        );
    }
  };
  await whole();
  return {
    ...{ records, stored: storedIn(store), whole, runners, standby, beside, near, mainGateway },
    far: { ...far, net: farNet },
    gateway: { ...gateway, net: gatewayNet },
    leads: { ...leads, net: leadNet },
  };
}

type Running = Part & { readonly stop: () => Promise<void> };

/** Starts a program in a network; `ip netns exec` becomes the program, so that its number stays. */
function run(app: AppName, { env, enter }: { readonly env: Readonly<Record<string, string>>; readonly enter: readonly string[] }): Running {
  const [program = '', ...args] = [...enter, process.execPath, '--disable-warning=ExperimentalWarning', entryOf(app)];
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...env, FILMWRIGHT_LOG_LEVEL: 'info' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => {
      log += part;
    });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: () => child.pid ?? 0,
    log: () => log,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Waits until a part wrote something. */
export async function said({ log }: Part, text: string, count = 1): Promise<void> {
  for (const untilMs = performance.now() + withinMs; log().split(text).length <= count; await sleep(50))
    if (performance.now() > untilMs) throw new Error(`it did not say ${text} ${count} times: ${log().slice(-2000)}`);
}

type Database = { readonly at: (host: string) => string; readonly stop: () => Promise<void> };

/** A PostgreSQL as an operator may have one: with its own settings, and open to other machines. */
async function startDatabase({ home, addresses }: { readonly home: string; readonly addresses: readonly string[] }): Promise<Database> {
  const made = await startPostgres({ home });
  await made.stop();
  const base = join(home, 'postgresql');
  const data = join(base, 'data');
  appendFileSync(join(data, 'pg_hba.conf'), addresses.map((address) => `host all all ${address}/30 scram-sha-256\n`).join(''));
  const binaries = readdirSync(base).find((name) => name.startsWith('binaries-')) ?? '';
  const { port } = new URL(made.connectionString);
  const settings = { listen_addresses: ['127.0.0.1', ...addresses].join(','), unix_socket_directories: '', port };
  const child = spawn(
    join(base, binaries, 'bin', 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: data,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' },
      ...{ uid: 65534, gid: 65534 },
    },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const untilMs = performance.now() + withinMs; !log.includes('ready to accept connections'); await sleep(50))
    if (performance.now() > untilMs || child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${log}`);
  return {
    at(host) {
      const url = new URL(made.connectionString);
      url.hostname = host;
      return url.href;
    },
    async stop() {
      child.kill('SIGINT');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
