import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';

/** What a runner is told by its environment. `mediaRoot` is the folder of assets that it shares with the gateway on one machine. */
export type RunnerConfig = {
  readonly url: string;
  readonly token: string;
  readonly home: string;
  readonly mediaRoot: string;
  readonly name: string;
  readonly idleMs: number;
};

/** Reads the configuration from environment variables; names every one that is missing. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): RunnerConfig {
  const missing = ['FILMWRIGHT_URL', 'FILMWRIGHT_RUNNER_TOKEN', 'FILMWRIGHT_HOME'].filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new FilmwrightError('request-invalid', `The runner cannot start: ${missing.join(', ')} not set. Set them and start it again.`);
  }
  const home = env.FILMWRIGHT_HOME ?? '';
  return {
    url: env.FILMWRIGHT_URL ?? '',
    token: env.FILMWRIGHT_RUNNER_TOKEN ?? '',
    home,
    mediaRoot: env.FILMWRIGHT_MEDIA || join(home, 'media'),
    name: env.FILMWRIGHT_RUNNER_NAME ?? `runner-${process.pid}`,
    idleMs: Number(env.FILMWRIGHT_EXECUTOR_IDLE_MS ?? 20_000),
  };
}
