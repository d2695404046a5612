import { parseArgs } from 'node:util';
import { FilmwrightError } from '@filmwright/contracts';
import { checkOptions } from './command-options.ts';

/** Every option of every command. */
const options = {
  out: { type: 'string', short: 'o' },
  json: { type: 'boolean', default: false },
  at: { type: 'string' },
  rows: { type: 'string' },
  language: { type: 'string' },
  script: { type: 'string' },
  otio: { type: 'string' },
  original: { type: 'string' },
  aspect: { type: 'string' },
  home: { type: 'string' },
  older: { type: 'string' },
  builds: { type: 'string' },
  'keep-machines': { type: 'boolean', default: false },
  'no-sweep': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  'take-store': { type: 'boolean', default: false },
  port: { type: 'string', default: '7070' },
  runners: { type: 'string' },
  join: { type: 'string' },
  token: { type: 'string' },
  ttl: { type: 'string' },
  task: { type: 'string' },
  pool: { type: 'string' },
  region: { type: 'string' },
  slots: { type: 'string' },
  models: { type: 'string' },
  grace: { type: 'string' },
  weight: { type: 'string' },
  cap: { type: 'string' },
  'gpu-rate': { type: 'string' },
  'slot-rate': { type: 'string' },
  roles: { type: 'string' },
  pools: { type: 'string' },
  host: { type: 'string' },
  'public-url': { type: 'string' },
  'tls-port': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string' },
  'metrics-token': { type: 'string' },
  rounds: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  priority: { type: 'string' },
  deadline: { type: 'string' },
  only: { type: 'string' },
  platforms: { type: 'string' },
  url: { type: 'string', multiple: true },
  remove: { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
  'offer-voice': { type: 'boolean', default: false },
  'accept-licence': { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  pin: { type: 'boolean', default: false },
  card: { type: 'string' },
  name: { type: 'string' },
  capability: { type: 'string' },
  licence: { type: 'string' },
  select: { type: 'string', multiple: true },
  convert: { type: 'string' },
  expect: { type: 'string' },
  media: { type: 'string', multiple: true },
  for: { type: 'string' },
  model: { type: 'string' },
  'or-rules': { type: 'boolean', default: false },
  wishes: { type: 'string' },
  drawings: { type: 'boolean', default: false },
} as const;

/** Names of all options, without their dashes. */
export const optionNames = Object.keys(options);

/** Words and options of a command line; throws `request-invalid` for an option that no command has, or not the one that is asked for. */
export function readArguments(args: readonly string[]) {
  const read = parsed(args);
  const { help, version } = read.values;
  const [command] = read.positionals;
  // What is not given has its default among the values.
  const given = read.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  if (command !== undefined && !help && !version) checkOptions(command, given);
  return read;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, tokens: true });
  } catch (error) {
    throw new FilmwrightError('request-invalid', `${error instanceof Error ? error.message : String(error)} Run \`filmwright --help\`.`);
  }
}
