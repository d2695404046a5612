import { FilmwrightError } from '@filmwright/contracts';

/** Options that every command takes beside its own. */
const always = ['home', 'json'] as const;
const dub = ['aspect', 'script', 'language'] as const;
const platform = ['url', 'token'] as const;
const metrics = ['metrics-port', 'metrics-host', 'metrics-token'] as const;

/** Every command, in the order of the usage, with the options of its own that it takes. */
export const commandOptions = {
  make: [...dub, 'out', 'rows', 'offer-voice', 'yes', 'priority', 'deadline', 'pool', 'region'],
  check: [...dub, 'rows'],
  script: ['language', 'out'],
  storyboard: ['out', 'language', 'aspect', 'media', 'model', 'or-rules', 'wishes', 'drawings', 'seed'],
  frame: [...dub, 'at', 'out'],
  export: ['aspect', 'otio'],
  import: ['out', 'original'],
  serve: [
    ...['port', 'runners', 'roles', 'pools', 'host', 'public-url', 'tls-cert', 'tls-key', 'tls-port', 'no-sweep', 'older', 'builds'],
    ...metrics,
  ],
  runner: [...platform, 'join', 'ttl', 'pool', 'region', 'slots', 'models', 'grace', ...metrics],
  pool: ['pools', 'token', 'grace'],
  queue: platform,
  cancel: ['task', ...platform],
  press: ['priority', 'deadline', ...platform],
  workspace: ['weight', 'cap', 'gpu-rate', 'slot-rate'],
  backup: [],
  restore: ['keep-machines'],
  sweep: ['older', 'builds', 'dry-run', 'take-store'],
  drill: ['rounds', 'seed', 'runners', 'platforms', 'only', 'pool', 'remove', ...platform],
  voices: [],
  models: ['all', 'out', 'yes', 'for', 'accept-licence', 'pin', 'card', 'name', 'capability', 'licence', 'select', 'convert', 'expect'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export const commands = Object.keys(commandOptions);

/** Throws `request-invalid` for options that the command does not take: one that it would pass over may be the one that was to keep it from its work. */
export function checkOptions(command: string, given: Iterable<string>): void {
  const own = new Map<string, readonly string[]>(Object.entries(commandOptions)).get(command);
  if (own === undefined) return;
  const taken = [...own, ...always];
  const strange = [...new Set(given)].filter((name) => !taken.includes(name));
  if (strange.length === 0) return;
  throw new FilmwrightError(
    'request-invalid',
    `${command} takes no ${written(strange)}; it takes ${written(taken)}. Nothing was done. Run \`filmwright --help\`.`,
  );
}

function written(names: readonly string[]): string {
  const all = names.map((name) => `--${name}`);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
