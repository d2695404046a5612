import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FilmwrightError } from '@filmwright/contracts';
import { nearest } from '@filmwright/core';
import { showError } from './show/show-problem.ts';

const usage = `filmwright: makes finished films from film documents

  filmwright make FILE [--out DIR] [--json]      make the film: master, subtitles, report
  filmwright make FILE --rows ROWS.csv           one film for each row of a table (CSV or JSON)
  filmwright make FILE --priority bulk --deadline +12h   interactive, normal or bulk, and by when it should be done
  filmwright make FILE --aspect 9:16             in one shape; without it in all of outputs.aspects
  filmwright make FILE --script FILE.de.yaml     dubbed from its translated script; it keeps its pictures
  filmwright script FILE --language de           write its script for translation, or bring it up to date
  filmwright storyboard SCRIPT.txt [--media DIR] the film document of a script, to be looked over and made [--out FILE] [--language L] [--aspect A]
      --model NAME [--or-rules] [--wishes TEXT] [--drawings] [--seed N]   written by a model; see docs/guide/storyboards.md
  filmwright check FILE [--rows ROWS.csv]        say what would go wrong, without making it
  filmwright frame FILE --at 12.5 -o x.png       one finished frame
  filmwright export FILE --otio OUT.otioz        the film for desktop editors (OpenTimelineIO with media)
  filmwright import EDITED.otioz [--out DIR]     the film of a timeline, with what was edited [--original OUT.otioz]
  filmwright serve [--port 7070] [--runners N]   start the platform and stay
      --roles gateway,controller,runner,database   only these of it; see docs/guide/roles.md
      --host ADDRESS --tls-cert FILE --tls-key FILE [--tls-port 7443] --public-url URL   for other machines
      --metrics-port PORT                          where controller and runners tell how they do
      --pools pools.yaml                           machines that come and go with the work; see docs/guide/pools.md
      --no-sweep, --older 7d, --builds 30d         what the daily sweep removes; see docs/guide/operations.md
  filmwright runner token [--ttl 10m] [--pool P] lets one other machine work for this platform
  filmwright runner --join URL --token TOKEN     work for a platform elsewhere [--slots N] [--grace 60s] [--region R] [--home DIR]
  filmwright runner [list | revoke ID]           who works for this platform and on what, and who may
  filmwright runner drain NAME                   let a runner, by name or id, finish what it has and end
  filmwright queue [--json]                      what waits for a runner, why, and when it is expected to start [--home DIR]
  filmwright backup FOLDER|FILE.zip              records and assets as of now, while the platform runs [--home DIR]
  filmwright restore FOLDER|FILE.zip             a backup into an empty home [--home DIR] [--keep-machines]
  filmwright sweep [--dry-run] [--older 7d]      remove assets that nothing names [--builds 30d] [--home DIR]
  filmwright drill [--rounds 20] [--seed 1]      break a platform of its own on purpose and see what it loses [--runners 3] [--platforms 1] [--only FAULT] [--home DIR]
  filmwright voices [list | install NAME | add FOLDER]
  filmwright models [list [--all] | show NAME]   the models of this machine, and those that may be added; see docs/guide/models.md
  filmwright models add NAME|SOURCE              fetch one [--accept-licence] [--pin] [--card FILE] [--name N --capability C --licence L --select PATH --convert ncnn]
      SOURCE is hf:OWNER/NAME@REVISION[/PATH], npm:PACKAGE@VERSION, pypi:PACKAGE==VERSION, https://... or file:PATH
  filmwright models list --for 24GB|none [--capability C]   those that run with so much GPU memory, and what they take
  filmwright models measure [NAME]               how long models load and run here, and the memory they take
  filmwright models remove NAME | verify [NAME]  remove one [--yes, though films use it], or read all again
  filmwright models pack NAME... --out F | unpack F   models for machines without a network [--expect DIGEST]
  filmwright --version

FILMWRIGHT_HOME names the folder of all state.`;

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
  port: { type: 'string', default: '7070' },
  runners: { type: 'string' },
  join: { type: 'string' },
  token: { type: 'string' },
  ttl: { type: 'string' },
  pool: { type: 'string' },
  region: { type: 'string' },
  slots: { type: 'string' },
  grace: { type: 'string' },
  roles: { type: 'string' },
  pools: { type: 'string' },
  host: { type: 'string' },
  'public-url': { type: 'string' },
  'tls-port': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'metrics-port': { type: 'string' },
  rounds: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  priority: { type: 'string' },
  deadline: { type: 'string' },
  only: { type: 'string' },
  platforms: { type: 'string' },
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

const commands = [
  'make',
  'check',
  'script',
  'storyboard',
  'frame',
  'export',
  'import',
  'serve',
  'runner',
  'queue',
  'backup',
  'restore',
  'sweep',
  'drill',
  'voices',
  'models',
] as const;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  const [command, ...rest] = positionals;
  if (values.version) {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
    process.stdout.write(`filmwright ${version}\n`);
    return 0;
  }
  if (values.help || command === undefined) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const { json, aspect } = values;
  const dub = { script: values.script, language: values.language };
  if (values.rows !== undefined && (dub.script ?? dub.language) !== undefined)
    throw new FilmwrightError('request-invalid', '--rows and --script do not go together: dub the films of a table one by one.');
  switch (command) {
    case 'make': {
      const options = {
        file: only(rest, 'a film document'),
        aspect,
        dub,
        out: values.out,
        json,
        offerVoice: values['offer-voice'],
        yes: values.yes,
        pressing: (await import('./commands/read-pressing.ts')).readPressing(
          { priority: values.priority, deadline: values.deadline },
          Date.now(),
        ),
      };
      if (values.rows !== undefined) {
        const { makeRows } = await import('./commands/make-rows.ts');
        return makeRows({ ...options, rows: values.rows });
      }
      const { make } = await import('./commands/make.ts');
      return make(options);
    }
    case 'check': {
      const file = only(rest, 'a film document');
      if (values.rows !== undefined) {
        const { checkRows } = await import('./commands/check-rows.ts');
        return checkRows({ file, rows: values.rows, aspect, json });
      }
      const { check } = await import('./commands/check.ts');
      return check({ file, aspect, dub, json });
    }
    case 'frame': {
      const { frame } = await import('./commands/frame.ts');
      if (values.at === undefined || values.out === undefined)
        throw new FilmwrightError('request-invalid', 'frame wants a moment and a file: filmwright frame film.yaml --at 12.5 -o x.png');
      await frame({ file: only(rest, 'a film document'), aspect, dub, at: values.at, out: values.out, json });
      return 0;
    }
    case 'script': {
      const { script } = await import('./commands/script.ts');
      await script({ file: only(rest, 'a film document'), language: values.language, out: values.out, json });
      return 0;
    }
    case 'storyboard': {
      const { storyboard } = await import('./commands/storyboard.ts');
      const { out, language, media = [], model, wishes, drawings } = values;
      const writer = { model, orRules: values['or-rules'], wishes, drawings, seed: whole(values.seed, '--seed') };
      await storyboard({ file: only(rest, 'a script'), out, language, aspect, media, json, ...writer });
      return 0;
    }
    case 'export': {
      const { exportFilm } = await import('./commands/export.ts');
      if (values.otio === undefined)
        throw new FilmwrightError('request-invalid', 'export wants a file to write: filmwright export film.yaml --otio film.otioz');
      await exportFilm({ file: only(rest, 'a film document'), aspect: values.aspect, otio: values.otio, json });
      return 0;
    }
    case 'import': {
      const { importFilm } = await import('./commands/import.ts');
      await importFilm({ file: only(rest, 'a timeline (.otioz or .otio)'), out: values.out, original: values.original, json });
      return 0;
    }
    case 'serve': {
      const { serve } = await import('./commands/serve.ts');
      await serve({
        port: whole(values.port, '--port'),
        runners: values.runners === undefined ? undefined : whole(values.runners, '--runners'),
        roles: values.roles,
        pools: values.pools,
        metricsPort: values['metrics-port'] === undefined ? undefined : whole(values['metrics-port'], '--metrics-port'),
        reach: {
          host: values.host,
          publicUrl: values['public-url'],
          tlsCert: values['tls-cert'],
          tlsKey: values['tls-key'],
          tlsPort: values['tls-port'] === undefined ? undefined : whole(values['tls-port'], '--tls-port'),
        },
        sweep: { isOff: values['no-sweep'], older: values.older, builds: values.builds },
      });
      return 0;
    }
    case 'runner': {
      const { runner } = await import('./commands/runner.ts');
      const { join, token, ttl, pool, region, slots, grace, home } = values;
      return runner({ words: rest, join, token, ttl, pool, region, slots, grace, home, json });
    }
    case 'queue': {
      const { queue } = await import('./commands/queue.ts');
      await queue({ words: rest, home: values.home, json });
      return 0;
    }
    case 'backup': {
      const { backup } = await import('./commands/backup.ts');
      await backup({ path: only(rest, 'a folder or a .zip file'), home: values.home, json });
      return 0;
    }
    case 'restore': {
      const { restore } = await import('./commands/restore.ts');
      await restore({
        path: only(rest, 'the folder or .zip file of a backup'),
        home: values.home,
        keepMachines: values['keep-machines'],
        json,
      });
      return 0;
    }
    case 'sweep': {
      const { sweep } = await import('./commands/sweep.ts');
      if (rest.length > 0) throw new FilmwrightError('request-invalid', `sweep takes no ${rest.join(' ')}. Run \`filmwright --help\`.`);
      await sweep({ home: values.home, older: values.older ?? '7d', builds: values.builds ?? '30d', dryRun: values['dry-run'], json });
      return 0;
    }
    case 'drill': {
      const { drill } = await import('./commands/drill.ts');
      if (rest.length > 0) throw new FilmwrightError('request-invalid', `drill takes no ${rest.join(' ')}. Run \`filmwright --help\`.`);
      const runners = values.runners === undefined ? 3 : whole(values.runners, '--runners');
      return drill({
        rounds: whole(values.rounds, '--rounds'),
        seed: whole(values.seed, '--seed'),
        runners,
        platforms: values.platforms === undefined ? 1 : whole(values.platforms, '--platforms'),
        only: values.only,
        home: values.home,
        json,
      });
    }
    case 'voices': {
      const { voices } = await import('./commands/voices.ts');
      await voices({ words: rest, json });
      return 0;
    }
    case 'models': {
      const { models } = await import('./commands/models.ts');
      const { all, out, home, yes, pin, card, name, capability, licence, select, convert, expect } = values;
      const request = { acceptLicence: values['accept-licence'], pin, card, name, capability, licence, select, convert, expect };
      return models({ words: rest, json, all, out, home, yes, gpu: values.for, request });
    }
    default: {
      const guess = nearest(command, commands);
      throw new FilmwrightError(
        'request-invalid',
        `There is no command ${JSON.stringify(command)}${guess === undefined ? '' : `; did you mean \`${guess}\`?`} Run \`filmwright --help\`.`,
      );
    }
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new FilmwrightError('request-invalid', `${error instanceof Error ? error.message : String(error)} Run \`filmwright --help\`.`);
  }
}

function only(words: readonly string[], what: string): string {
  if (words.length === 1 && words[0] !== undefined) return words[0];
  throw new FilmwrightError(
    'request-invalid',
    `Wanted ${what}, found ${words.length === 0 ? 'none' : words.join(' ')}. Run \`filmwright --help\`.`,
  );
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new FilmwrightError('request-invalid', `${name} is ${JSON.stringify(text)}; wanted a whole number.`);
}

/** Ends once all was written: a pipe takes it piece by piece, and may be closed early by its reader. */
function end(status: number): void {
  process.stdout.write('', () => process.exit(status));
}

process.stdout.on('error', () => process.exit(1));
const args = process.argv.slice(2);
main(args).then(end, (error: unknown) => end(showError(error, { json: args.includes('--json') })));
