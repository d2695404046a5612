import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { nearest } from '@filmwright/core/film/issues';
import { commands } from './command-options.ts';
import { readArguments } from './read-arguments.ts';
import { showError } from './show/show-problem.ts';
import { usage } from './usage.ts';

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
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
  if (values.home !== undefined) await takeHome(values.home);
  takeMetrics(values);
  const { json, aspect, url: urls, token } = values;
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
          { priority: values.priority, deadline: values.deadline, pool: values.pool, region: values.region },
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
      const { join, ttl, pool, region, slots, models, grace } = values;
      const metricsPort = values['metrics-port'];
      return runner({ words: rest, join, urls, token, ttl, pool, region, slots, models, grace, metricsPort, json });
    }
    case 'pool': {
      const { pool } = await import('./commands/pool.ts');
      const { pools, grace } = values;
      return pool({ words: rest, pools, token, grace, json });
    }
    case 'queue': {
      const { queue } = await import('./commands/queue.ts');
      await queue({ words: rest, urls, token, json });
      return 0;
    }
    case 'cancel': {
      const { cancel } = await import('./commands/cancel.ts');
      await cancel({ build: only(rest, 'the id of a build'), task: values.task, urls, token, json });
      return 0;
    }
    case 'press': {
      const { press } = await import('./commands/press.ts');
      const { priority, deadline } = values;
      await press({ build: only(rest, 'the id of a build'), priority, deadline, urls, token, json });
      return 0;
    }
    case 'workspace': {
      const { workspace } = await import('./commands/workspace.ts');
      const { weight, cap } = values;
      await workspace({ words: rest, weight, cap, gpuRate: values['gpu-rate'], slotRate: values['slot-rate'], json });
      return 0;
    }
    case 'backup': {
      const { backup } = await import('./commands/backup.ts');
      await backup({ path: only(rest, 'a folder or a .zip file'), json });
      return 0;
    }
    case 'restore': {
      const { restore } = await import('./commands/restore.ts');
      await restore({
        path: only(rest, 'the folder or .zip file of a backup'),
        keepMachines: values['keep-machines'],
        json,
      });
      return 0;
    }
    case 'sweep': {
      const { sweep } = await import('./commands/sweep.ts');
      if (rest.length > 0) throw new FilmwrightError('request-invalid', `sweep takes no ${rest.join(' ')}. Run \`filmwright --help\`.`);
      await sweep({
        older: values.older ?? '7d',
        builds: values.builds ?? '30d',
        dryRun: values['dry-run'],
        takeStore: values['take-store'],
        json,
      });
      return 0;
    }
    case 'drill': {
      if (rest.length > 0) throw new FilmwrightError('request-invalid', `drill takes no ${rest.join(' ')}. Run \`filmwright --help\`.`);
      return (await import('./commands/read-drill.ts')).readDrill(values)();
    }
    case 'voices': {
      const { voices } = await import('./commands/voices.ts');
      await voices({ words: rest, json });
      return 0;
    }
    case 'models': {
      const { models } = await import('./commands/models.ts');
      const { all, out, yes, pin, card, name, capability, licence, select, convert, expect } = values;
      const request = { acceptLicence: values['accept-licence'], pin, card, name, capability, licence, select, convert, expect };
      return models({ words: rest, json, all, out, yes, gpu: values.for, request });
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

/** Makes a folder the home of every command, whatever the environment says. */
async function takeHome(path: string): Promise<void> {
  const home = resolve(path);
  const found = await stat(home).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : error));
  if (found instanceof Error || found?.isDirectory() === false)
    throw new FilmwrightError(
      'request-invalid',
      `--home names ${home}, which is ${found instanceof Error ? `no folder that can be used (${found.message})` : 'a file'}; wanted a folder, or a name where one can be made.`,
    );
  process.env.FILMWRIGHT_HOME = home;
}

/** What every process that is started from here is told of who may read its figures; what is not said is left to the environment. */
function takeMetrics(values: Readonly<Partial<Record<'metrics-host' | 'metrics-token', string | undefined>>>): void {
  const { 'metrics-host': host, 'metrics-token': token } = values;
  if (host !== undefined) process.env.FILMWRIGHT_METRICS_HOST = host;
  if (token !== undefined) process.env.FILMWRIGHT_METRICS_TOKEN = token;
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
