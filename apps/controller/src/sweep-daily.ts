import { join } from 'node:path';
import { sweepFolder } from '@filmwright/blobs';
import { FilmwrightError } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { keepSwept } from '@filmwright/records/sweep';
import { reasonOf } from './reason-of.ts';

/** When and where assets are swept. `root` is the folder of the store; times are in milliseconds. */
export type SweepPlan = { readonly root: string; readonly olderMs: number; readonly buildsMs: number; readonly firstMs?: number };
type Environment = Readonly<Record<string, string | undefined>>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The sweep that the environment wants: of FILMWRIGHT_MEDIA or the `media` of FILMWRIGHT_HOME, unless FILMWRIGHT_SWEEP is `off`. Null where it wants none or the
 * store is not of this machine. Throws `request-invalid` for what cannot be meant.
 */
export function readSweep(env: Environment): SweepPlan | null {
  const { FILMWRIGHT_SWEEP: wanted = '', FILMWRIGHT_MEDIA: media, FILMWRIGHT_HOME: home } = env;
  if (!['', 'daily', 'off'].includes(wanted))
    throw new FilmwrightError('request-invalid', `FILMWRIGHT_SWEEP is ${JSON.stringify(wanted)}; wanted daily or off.`);
  const root = media || (home ? join(home, 'media') : null);
  if (wanted === 'off' || root === null) return null;
  const first = wholeMs(env, 'FILMWRIGHT_SWEEP_FIRST_MS', { least: 0 });
  return {
    root,
    olderMs: wholeMs(env, 'FILMWRIGHT_SWEEP_OLDER_MS', { least: hourMs }) ?? 7 * dayMs,
    buildsMs: wholeMs(env, 'FILMWRIGHT_SWEEP_BUILDS_MS', { least: 0 }) ?? 30 * dayMs,
    ...(first === null ? {} : { firstMs: first }),
  };
}

function wholeMs(env: Environment, name: string, { least }: { readonly least: number }): number | null {
  const text = env[name];
  if (!text) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new FilmwrightError(
    'request-invalid',
    `${name} is ${JSON.stringify(text)}; wanted a whole number of milliseconds, ${least} at least.`,
  );
}

export type SweepDaily = {
  readonly plan: SweepPlan | null;
  readonly connectionString: string;
  readonly signal: AbortSignal;
  readonly log: Log;
};

/** Sweeps once a day until `signal` is aborted, and says in the log what went and what stays, by workspace; what fails is said and tried again within the hour. */
export async function sweepDaily({ plan, connectionString, signal, log }: SweepDaily): Promise<void> {
  if (plan === null) return;
  const { root, ...ages } = plan;
  await keepSwept({
    ...{ ...ages, connectionString, signal, store: sweepFolder(root) },
    onSwept({ workspaces, stray, freedBytes }) {
      for (const { name, swept, kept } of workspaces) log('info', 'swept a workspace', { workspace: name, swept, kept });
      const assets = workspaces.reduce((sum, { swept }) => sum + swept.assets, 0);
      log('info', 'swept', { assets, strays: stray.assets, freedBytes });
    },
    onFailed: (error) => log('warn', 'assets could not be swept; trying again within the hour', { reason: reasonOf(error) }),
  });
}
