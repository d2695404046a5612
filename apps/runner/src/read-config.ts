import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  FilmwrightError,
  modelName,
  mostSlots,
  type RunnerEnd,
  type RunnerOffer,
  readPoolName,
  runnerEndSchema,
  type TaskKind,
  taskKindNames,
} from '@filmwright/contracts';
import { slotsFor } from './slots-for.ts';

/** What a runner is told by its environment. */
export type RunnerConfig = {
  /** Null where the parent will send it. */
  readonly url: string | null;
  /** The platform's own runner token; null where a credential of this machine is used. */
  readonly token: string | null;
  /** Set on a machine of its own. The token is spent at the first start. */
  readonly join: { readonly token: string | null } | null;
  /** The store's folder, where this machine has it too; null where media come and go through the gateway. */
  readonly store: string | null;
  readonly home: string;
  readonly name: string;
  readonly pool: string | null;
  readonly region: string | null;
  /** Names of models and voices that are brought from the platform; `all` stands for each that it has. */
  readonly models: readonly string[];
  /** Tasks at once, each in a process of its own. */
  readonly slots: number;
  /** How long a process is kept that does nothing, and one that holds models on a GPU: for good unless it is told. */
  readonly idleMs: number;
  readonly deviceIdleMs: number;
  /** How long tasks may go on after this runner was told to end. */
  readonly graceMs: number;
  /** How long a task of a kind may stand still. */
  readonly stuckMs: (kind: TaskKind) => number;
  readonly rotateMs: number;
  /** How the process ended that was this runner before, where whoever started both saw it. */
  readonly lastEnd: RunnerEnd | null;
  /** Set where it takes drills and nothing else, and offers nothing that films are planned with. */
  readonly drillsOnly: DrillsOnly | null;
};
/** What drills may ask for of a runner that takes nothing else: the GPUs of its machine, which no other runner then has, and what made-up models take there. */
export type DrillsOnly = { readonly gpus: boolean; readonly modelMemory: NonNullable<RunnerOffer['modelMemory']> };

const dayMs = 86_400_000;
const stuckMs = 300_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration from environment variables; names every one that is missing. The gateway's address may come later from a parent by IPC. */
export function readConfig(env: Environment): RunnerConfig {
  const joins = Boolean(env.FILMWRIGHT_JOIN);
  const local = [...(process.connected ? [] : ['FILMWRIGHT_URL']), 'FILMWRIGHT_RUNNER_TOKEN'];
  const missing = [...(joins ? [] : local), 'FILMWRIGHT_HOME'].filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new FilmwrightError('request-invalid', `The runner cannot start: ${missing.join(', ')} not set. Set them and start it again.`);
  }
  return {
    url: joins ? originOf(env.FILMWRIGHT_JOIN ?? '') : env.FILMWRIGHT_URL || null,
    token: joins ? null : (env.FILMWRIGHT_RUNNER_TOKEN ?? ''),
    join: joins ? { token: env.FILMWRIGHT_JOIN_TOKEN || null } : null,
    store: storeFolderOf(env),
    home: env.FILMWRIGHT_HOME ?? '',
    name: env.FILMWRIGHT_RUNNER_NAME || (joins ? hostname() : `runner-${process.pid}`),
    pool: env.FILMWRIGHT_POOL ? readPoolName(env.FILMWRIGHT_POOL, 'FILMWRIGHT_POOL') : null,
    region: env.FILMWRIGHT_REGION || null,
    models: (env.FILMWRIGHT_MODELS ?? '').split(',').flatMap((name) => name.trim() || []),
    slots: wholeOf(env, { name: 'FILMWRIGHT_SLOTS', fallback: joins ? slotsFor() : 1, least: 1, most: mostSlots }),
    idleMs: wholeOf(env, { name: 'FILMWRIGHT_EXECUTOR_IDLE_MS', fallback: 20_000, least: 0 }),
    deviceIdleMs: wholeOf(env, { name: 'FILMWRIGHT_EXECUTOR_IDLE_MS', fallback: Number.POSITIVE_INFINITY, least: 0 }),
    graceMs: wholeOf(env, { name: 'FILMWRIGHT_GRACE_MS', fallback: joins ? 60_000 : 0, least: 0, most: mostTimerMs }),
    stuckMs: stuckTimes(env.FILMWRIGHT_STUCK_MS ?? ''),
    rotateMs: wholeOf(env, { name: 'FILMWRIGHT_ROTATE_MS', fallback: dayMs, least: 1000 }),
    lastEnd: env.FILMWRIGHT_LAST_END ? runnerEndSchema.parse(JSON.parse(env.FILMWRIGHT_LAST_END)) : null,
    drillsOnly: drillsOnly(env),
  };
}

/** The folder of media that a runner shares with the gateway: that of this machine, or one that a machine that joined has mounted; null where there is none. */
export function storeFolderOf(env: Environment): string | null {
  return env.FILMWRIGHT_MEDIA || (env.FILMWRIGHT_JOIN ? null : join(env.FILMWRIGHT_HOME ?? '', 'media'));
}

/** `only`, or `gpus` with the GPU memory of made-up models beside it, such as `a=9000,b=12000` in MiB. */
function drillsOnly({ FILMWRIGHT_DRILLS: text = '', FILMWRIGHT_DRILL_MODELS: models = '' }: Environment): DrillsOnly | null {
  if (text !== '' && text !== 'only' && text !== 'gpus')
    throw new FilmwrightError('request-invalid', `FILMWRIGHT_DRILLS is ${JSON.stringify(text)}; wanted only, gpus, or nothing.`);
  const modelMemory = models.split(',').flatMap((entry) => {
    if (entry.trim() === '') return [];
    const [, name = '', mib = ''] = /^\s*([^=]+?)\s*=\s*([1-9]\d*)\s*$/.exec(entry) ?? [];
    const model = modelName(name === '' ? [] : [name]);
    if (model !== null) return [{ name: model, vramMib: Number(mib) }];
    throw new FilmwrightError('request-invalid', `FILMWRIGHT_DRILL_MODELS holds ${JSON.stringify(entry)}; wanted MiB such as a=9000.`);
  });
  return text === '' ? null : { gpus: text === 'gpus', modelMemory };
}

function originOf(text: string): string {
  return URL.parse(text)?.origin ?? text;
}

/** A longer timer would end at once. */
const mostTimerMs = 2 ** 31 - 1;

function wholeOf(
  env: Environment,
  {
    name,
    fallback,
    least,
    most = Number.MAX_SAFE_INTEGER,
  }: { readonly name: string; readonly fallback: number; readonly least: number; readonly most?: number },
): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const end = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
  throw new FilmwrightError('request-invalid', `${name} is ${JSON.stringify(text)}; wanted a whole number from ${least}${end}.`);
}

/** `300000`, or by kind: `encode=600000,speak=60000`; kinds that are not named keep five minutes. */
function stuckTimes(text: string): (kind: TaskKind) => number {
  const entries = text.split(',').filter((part) => part.trim() !== '');
  const byKind = new Map<string, number>();
  for (const entry of entries) {
    const [first = '', second] = entry.split('=').map((part) => part.trim());
    const [kind, value] = second === undefined ? ['', Number(first)] : [first, Number(second)];
    if ((kind !== '' && !taskKindNames.some((name) => name === kind)) || !Number.isInteger(value) || value < 100)
      throw new FilmwrightError(
        'request-invalid',
        `FILMWRIGHT_STUCK_MS holds ${JSON.stringify(entry)}; wanted milliseconds from 100, alone or by kind such as encode=600000.`,
      );
    byKind.set(kind, value);
  }
  return (kind) => byKind.get(kind) ?? byKind.get('') ?? stuckMs;
}
