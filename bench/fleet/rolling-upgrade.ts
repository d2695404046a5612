// Upgrades a platform whose roles run apart while it makes films: each role is replaced, one after the other, by that of this program.
// node bench/fleet/rolling-upgrade.ts FOLDER_OF_THE_OLDER_PROGRAM HOME [order] [films]
// HOME must not be there; order is of roles, `database,gateway,controller,runner` when left out.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { freePort } from '../../test/journeys/role-processes.ts';

const [olderRoot, home, orderText = 'database,gateway,controller,runner', filmsText = '6'] = process.argv.slice(2);
if (olderRoot === undefined || home === undefined || existsSync(home))
  throw new Error('Name the folder of an older program, whole with its packages, and a home that is not there yet.');
const mainOf = (root: string): string => join(root, 'apps/cli/src/main.ts');
const [older, newer] = [mainOf(resolve(olderRoot)), mainOf(resolve(import.meta.dirname, '../..'))];
const art = resolve(import.meta.dirname, '../../examples/art');
const films = Number(filmsText);
const port = await freePort();
const token = 'token-of-the-upgrade';
const env: Record<string, string | undefined> = {
  ...process.env,
  ...{ FILMWRIGHT_HOME: resolve(home), FILMWRIGHT_TOKEN: token, FILMWRIGHT_RUNNER_TOKEN: `runner-${token}` },
  ...{ FILMWRIGHT_SIGNING_KEY: `signing-${token}`, FILMWRIGHT_REVIEW: 'off' },
};
const startedMs = performance.now();
const say = (text: string): void => void process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${text}\n`);

type Role = 'database' | 'gateway' | 'controller' | 'runner';
type Part = { readonly text: () => string; readonly stop: () => Promise<void> };
const argumentsOf: Readonly<Record<Role, readonly string[]>> = {
  database: [],
  gateway: ['--port', String(port)],
  controller: [],
  runner: ['--runners', '2'],
};
const parts = new Map<Role, Part>();

async function start(main: string, role: Role): Promise<void> {
  const own = role === 'database' ? { ...env, DATABASE_URL: '' } : env;
  const args = ['--disable-warning=ExperimentalWarning', main, 'serve', '--roles', role, ...argumentsOf[role]];
  const child = spawn(process.execPath, args, { env: own, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => text.includes('Filmwright is ready') && resolve());
    child.once('exit', (status) => reject(new Error(`serve --roles ${role} ended with ${status}: ${text.slice(-2000)}`)));
  });
  parts.set(role, {
    text: () => text,
    stop() {
      child.kill('SIGTERM');
      return gone;
    },
  });
}

async function ask(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  return client
    .query(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

/** Film, table of rows, and the command that makes them, by the older program. */
function makeFilms(): Promise<string> {
  const film = join(resolve(home ?? ''), 'film.json');
  const rows = join(resolve(home ?? ''), 'rows.csv');
  const subject = { picture: join(art, 'orlune-logo-dark.png'), height: 0.3 };
  const storyboard = [
    { id: 'shared', narration: 'Hello there, this is told in every film.', visual: { picture: join(art, 'studio-sweep.jpg') } },
    {
      id: 'offer',
      narration: 'Now for a price.',
      visual: { background: { backdrop: 'halo' }, subject },
      text: { style: 'title', text: '-' },
    },
    { id: 'end', length: '4s', visual: { backdrop: 'waves' }, text: { style: 'title', text: 'The end' } },
  ];
  const format = { resolution: '720p', fps: 25 };
  writeFileSync(film, JSON.stringify({ title: 'Rows', voice: 'flite-slt', format, storyboard, outputs: { master: { quality: 'draft' } } }));
  const lines = Array.from({ length: films }, (_, index) => `film${index},$${index}.50`);
  writeFileSync(rows, `${['name,storyboard.offer.text.text', ...lines].join('\n')}\n`);
  const args = [
    '--disable-warning=ExperimentalWarning',
    older,
    'make',
    film,
    '--rows',
    rows,
    '--out',
    join(resolve(home ?? ''), 'out'),
    '--json',
  ];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  return new Promise((resolve) => child.once('exit', () => resolve(out)));
}

const framesOf = (path: string): number =>
  Number(
    execFileSync('ffprobe', [
      '-v',
      'error',
      '-count_frames',
      '-select_streams',
      'v',
      '-show_entries',
      'stream=nb_read_frames',
      '-of',
      'csv=p=0',
      path,
    ]),
  );

mkdirSync(home, { mode: 0o755 });
try {
  await start(older, 'database');
  env.DATABASE_URL = /DATABASE_URL=(\S+)/.exec(parts.get('database')?.text() ?? '')?.[1];
  env.FILMWRIGHT_URL = `http://127.0.0.1:${port}`;
  for (const role of ['gateway', 'controller', 'runner'] as const) await start(older, role);
  const making = makeFilms();
  const done = async (): Promise<number> => Number((await ask(`select count(*) as n from task where state = 'done'`))[0]?.n);
  while ((await done()) < 8) await new Promise((resolve) => setTimeout(resolve, 200));
  for (const role of orderText.split(',') as readonly Role[]) {
    say(`${await done()} tasks are done; the older ${role} is told to end`);
    await parts.get(role)?.stop();
    await start(newer, role);
    say(`the newer ${role} is there`);
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  const made = JSON.parse(await making) as { readonly rows: readonly { readonly state: string; readonly master: string | null }[] };
  const [counts] = await ask(
    `select (select count(*)::int from task where attempts > 1 or lost > 0 or (state <> 'done' and wanted_by is not null)) as "lostOrAgain",
       (select count(*)::int from (select from attempt where outcome = 'done' group by workspace_id, key having count(*) > 1) twice) as "doneTwice",
       (select count(*)::int from (select from spend_entry where kind = 'settle' group by workspace_id, key having count(*) > 1) twice) as "chargedTwice",
       (select count(*)::int from attempt where outcome = 'done') as done, (select count(*)::int from attempt where outcome <> 'done') as "givenBack"`,
  );
  const whole = made.rows.map(({ state, master }) => (state === 'succeeded' && master !== null ? framesOf(master) : 0));
  process.stdout.write(`${JSON.stringify({ order: orderText, films: made.rows.length, frames: whole, ...counts })}\n`);
} finally {
  for (const role of ['runner', 'controller', 'gateway', 'database'] as const) await parts.get(role)?.stop();
}
process.exit();
