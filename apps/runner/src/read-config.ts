import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';

/** What a runner is told by its environment. `mediaRoot` is the folder of assets that it shares with the gateway on one machine. */
export type RunnerConfig = {
  /** Null where the parent will send it. */
  readonly url: string | null;
  readonly token: string;
  readonly home: string;
  readonly mediaRoot: string;
  readonly name: string;
  readonly idleMs: number;
};

/** Reads the configuration from environment variables; names every one that is missing. The gateway's address may come later from a parent by IPC. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): RunnerConfig {
  const wanted = [...(process.connected ? [] : ['FILMWRIGHT_URL']), 'FILMWRIGHT_RUNNER_TOKEN', 'FILMWRIGHT_HOME'];
  const missing = wanted.filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new FilmwrightError('request-invalid', `The runner cannot start: ${missing.join(', ')} not set. Set them and start it again.`);
  }
  const home = env.FILMWRIGHT_HOME ?? '';
  return {
    url: env.FILMWRIGHT_URL || null,
    token: env.FILMWRIGHT_RUNNER_TOKEN ?? '',
    home,
    mediaRoot: env.FILMWRIGHT_MEDIA || join(home, 'media'),
    name: env.FILMWRIGHT_RUNNER_NAME ?? `runner-${process.pid}`,
    idleMs: Number(env.FILMWRIGHT_EXECUTOR_IDLE_MS ?? 20_000),
  };
}
