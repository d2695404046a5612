import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FilmwrightError, fromProblem, type Problem, problemSchema, readPoolName } from '@filmwright/contracts';
import { heedRunnerEnd } from '@filmwright/process/heed-runner-end';
import { proxiedEnvironment } from '@filmwright/process/proxied';
import { askedPlatform, type PlatformWords } from '../platform/asked-platform.ts';
import { filmwrightHome } from '../platform/home.ts';
import { keptEnd } from '../platform/kept-end.ts';
import { passAllButEnd } from '../platform/pass-all-but-end.ts';
import { millisecondsOf } from './milliseconds-of.ts';
import { readJoining } from './read-joining.ts';
import { runnerListing, runnerListText } from './runner-list.ts';

/** `token` is that of `--join`, or that of the platform at `urls`. */
export type RunnerOptions = PlatformWords & {
  readonly words: readonly string[];
  readonly join: string | undefined;
  readonly ttl: string | undefined;
  readonly pool: string | undefined;
  readonly region: string | undefined;
  readonly slots: string | undefined;
  /** Names with commas between, or `all`. */
  readonly models: string | undefined;
  readonly grace: string | undefined;
  /** Where it tells its figures; nowhere when left out. */
  readonly metricsPort?: string | undefined;
  /** Folder of all state, that of FILMWRIGHT_HOME when left out. */
  readonly json: boolean;
};

/** What a runner wrote before it ended is there by then. */
const readWithinMs = 500;

/** `runner [list]`, `runner --join URL --token T`, `runner token`, `runner drain NAME`, `runner wake NAME`, `runner revoke ID`; gives the exit status. */
export async function runner(options: RunnerOptions): Promise<number> {
  if (options.words.length === 0 && options.join !== undefined) return joinAs({ ...options, join: options.join });
  if (options.words.length === 0) checkListing(options);
  const [verb = 'list', id, ...rest] = options.words;
  if (verb === 'token' && id === undefined) return drawToken(options);
  if (verb === 'list' && id === undefined) return list(options);
  if (verb === 'drain' && id !== undefined && rest.length === 0) return drain(id, options);
  if (verb === 'wake' && id !== undefined && rest.length === 0) return wake(id, options);
  if (verb === 'revoke' && id !== undefined && rest.length === 0) return revoke(id, options);
  throw new FilmwrightError(
    'request-invalid',
    `Wanted \`runner --join URL --token TOKEN\`, \`runner token [--ttl 10m] [--pool NAME]\`, \`runner list\`, \`runner drain NAME\`, \`runner wake NAME\` or \`runner revoke ID\`, found ${['runner', ...options.words].join(' ')}.`,
  );
}

/** Throws where an option says that `--join` or `token` was forgotten: nobody lists runners by their slots. */
function checkListing({ ttl, pool, region, slots, models, grace, metricsPort }: RunnerOptions): void {
  const said = { '--ttl': ttl, '--pool': pool, '--region': region, '--slots': slots, '--models': models, '--grace': grace };
  const stray = Object.entries({ ...said, '--metrics-port': metricsPort }).flatMap(([name, text]) => (text === undefined ? [] : [name]));
  if (stray.length === 0) return;
  throw new FilmwrightError(
    'request-invalid',
    `\`runner\` alone lists runners, and takes no ${stray.join(' and ')}. To work for a platform say \`runner --join URL\`, to let another machine do so \`runner token\`.`,
  );
}

async function drawToken(options: RunnerOptions): Promise<number> {
  const { ttl = '10m', pool, json } = options;
  const asked = { ttlMs: millisecondsOf(ttl, '--ttl'), ...(pool === undefined ? {} : { pool: readPoolName(pool, '--pool') }) };
  const client = await askedPlatform(options);
  const drawn = await client.createRunnerToken(asked);
  if (json) {
    process.stdout.write(`${JSON.stringify(drawn)}\n`);
    return 0;
  }
  process.stdout.write(`${drawn.token}\n`);
  const near =
    new URL(drawn.url).protocol === 'http:'
      ? "\nThis address is reached from the gateway's own machine only; `serve --host ... --public-url ...` serves others."
      : '';
  process.stderr.write(
    `For one runner, until ${drawn.expiresAt}. On its machine:\n  ${drawn.command ?? `filmwright runner --join ${drawn.url} --token ${drawn.token}`}${near}\n`,
  );
  return 0;
}

async function list(options: RunnerOptions): Promise<number> {
  const client = await askedPlatform(options);
  const found = runnerListing(...(await Promise.all([client.listRunners(), client.fleet()])));
  process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : runnerListText(found));
  return 0;
}

async function drain(name: string, place: PlatformWords): Promise<number> {
  await (await askedPlatform(place)).drainRunner(name);
  process.stdout.write(`Runner ${name} takes nothing more; it finishes what it has, or hands it back, and ends.\n`);
  return 0;
}

async function wake(name: string, place: PlatformWords): Promise<number> {
  await (await askedPlatform(place)).wakeRunner(name);
  process.stdout.write(`Runner ${name} rests no more; what it failed is forgotten.\n`);
  return 0;
}

async function revoke(id: string, place: PlatformWords): Promise<number> {
  await (await askedPlatform(place)).revokeRunnerCredential(id);
  process.stdout.write(`Credential ${id} is revoked; what its runner worked on goes to others.\n`);
  return 0;
}

/** Runs a runner on this machine until it is told to end; throws what ended it otherwise. */
async function joinAs(options: RunnerOptions & { readonly join: string }): Promise<number> {
  const told = readJoining(options);
  const { join } = options;
  const entry = fileURLToPath(new URL('../../../runner/src/main.ts', import.meta.url));
  const kept = keptEnd(filmwrightHome());
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2', entry], {
    env: { ...proxiedEnvironment(process.env), FILMWRIGHT_HOME: filmwrightHome(), FILMWRIGHT_LAST_END: kept.read(), ...told },
    // The channel tells the runner when this process is gone.
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let hasJoined = false;
  let problem: Problem | undefined;
  const onEnd = (found: Problem): boolean => {
    problem = found;
    // Whoever keeps the log of a runner that worked finds its end there too.
    return !hasJoined;
  };
  const ended = heedRunnerEnd(child, { pass: passAllButEnd((text) => void process.stderr.write(text), onEnd) });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.on('message', (message: { readonly ready?: unknown; readonly runner?: unknown; readonly problem?: unknown }) => {
    problem = problemSchema.safeParse(message.problem).data ?? problem;
    if (message.ready !== true) return;
    hasJoined = true;
    problem = undefined;
    kept.forget();
    process.stdout.write(`Joined ${join} as runner ${String(message.runner)}; Ctrl-C ends it.\n`);
  });
  // Ctrl-C in a terminal reaches the child by itself; a second one must not be doubled.
  const pass = (name: NodeJS.Signals): void => void child.kill(name);
  process.on('SIGTERM', pass);
  process.on('SIGINT', [process.stdin, process.stdout].some(({ isTTY }) => isTTY) ? () => {} : pass);
  const status = await new Promise<number>((resolve) => child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1)));
  // Whoever starts this command again has it told.
  const end = await ended;
  if (end !== null) kept.keep(end);
  // What it said last may come behind its end.
  await Promise.race([closed, sleep(readWithinMs, undefined, { ref: false })]);
  if (status !== 0 && problem !== undefined) throw fromProblem(problem);
  return status;
}
