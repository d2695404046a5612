// Upgrades a platform whose roles run apart while it makes films: each role is replaced, one after the other, by that of this program.
// node bench/fleet/rolling-upgrade.ts FOLDER_OF_THE_OLDER_PROGRAM HOME [order] [films] [machines]
// HOME must not be there; order is of roles, `database,gateway,controller,runner` when left out. `older` in it kills the controller of this program by kill -9
// while one of the older program stands by, and starts it again ten seconds later. With machines the films are made by so many runners that joined over TLS, each in a network and a home of its own (root on Linux).
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../test/journeys/role-processes.ts';
import { type Machine, machinesOver } from './machines.ts';
import { commandOf, ownRoot, type RolePart, startPart } from './role-parts.ts';

const [olderRoot, home, orderText = 'database,gateway,controller,runner', filmsText = '6', machinesText = '0'] = process.argv.slice(2);
if (olderRoot === undefined || home === undefined || existsSync(home))
  throw new Error('Name the folder of an older program, whole with its packages, and a home that is not there yet.');
const [older, newer] = [resolve(olderRoot), ownRoot];
const art = resolve(import.meta.dirname, '../../examples/art');
const films = Number(filmsText);
const port = await freePort(2);
const token = 'token-of-the-upgrade';
mkdirSync(home, { mode: 0o755 });
const env: Record<string, string | undefined> = {
  ...process.env,
  ...{ FILMWRIGHT_HOME: resolve(home), FILMWRIGHT_TOKEN: token, FILMWRIGHT_RUNNER_TOKEN: `runner-${token}` },
  ...{ FILMWRIGHT_SIGNING_KEY: `signing-${token}`, FILMWRIGHT_REVIEW: 'off', FILMWRIGHT_URL: `http://127.0.0.1:${port}` },
};
const startedMs = performance.now();
const say = (text: string): void => void process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${text}\n`);

type Role = 'database' | 'gateway' | 'controller' | 'runner';
const machines = Number(machinesText) > 0 ? machinesOver({ home: resolve(home), count: Number(machinesText), port: port + 1 }) : null;
const parts = new Map<Role | Machine | 'standby', RolePart>();

async function start(root: string, role: Role): Promise<void> {
  const args = {
    database: [],
    gateway: ['--port', String(port), ...(machines?.gateway ?? [])],
    controller: [],
    runner: ['--runners', '2'],
  }[role];
  const own = role === 'database' ? { ...env, DATABASE_URL: '' } : env;
  parts.set(role, await startPart({ root, args: ['serve', '--roles', role, ...args], env: own }));
}

async function replace(role: Role): Promise<void> {
  if (role !== 'runner' || machines === null) {
    await parts.get(role)?.stop();
    return start(newer, role);
  }
  // The machine is known by what it was given when it joined first.
  for (const machine of machines.all) {
    await parts.get(machine)?.stop();
    parts.set(machine, await machine.start({ root: newer, env }));
  }
}

/** The controller that leads dies, and for a while one of before is the only one that could follow. */
async function fallBack(): Promise<void> {
  parts.set('standby', await startPart({ root: older, args: ['serve', '--roles', 'controller'], env }));
  await parts.get('controller')?.kill();
  say('it is dead');
  await sleep(10_000);
  say(/"level":50[^\n]*/.exec(parts.get('standby')?.text() ?? '')?.[0] ?? 'the older one says nothing of it');
  await start(newer, 'controller');
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
  const [program = '', ...rest] = commandOf(older);
  const args = [...rest, 'make', film, '--rows', rows, '--out', join(resolve(home ?? ''), 'out'), '--json'];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
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

try {
  await start(older, 'database');
  env.DATABASE_URL = /DATABASE_URL=(\S+)/.exec(parts.get('database')?.text() ?? '')?.[1];
  for (const role of ['gateway', 'controller'] as const) await start(older, role);
  if (machines === null) await start(older, 'runner');
  for (const machine of machines?.all ?? []) parts.set(machine, await machine.start({ root: older, env, joins: true }));
  const making = makeFilms();
  const done = async (): Promise<number> => Number((await ask(`select count(*) as n from task where state = 'done'`))[0]?.n);
  while ((await done()) < 8) await sleep(200);
  for (const step of orderText.split(',') as readonly (Role | 'older')[]) {
    say(
      `${await done()} tasks are done; ${step === 'older' ? 'the newer controller dies while an older one stands by' : `the older ${step} is told to end`}`,
    );
    await (step === 'older' ? fallBack() : replace(step));
    say(`the newer ${step === 'older' ? 'controller' : step} is there`);
    await sleep(3000);
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
  const last = new Set<unknown>(['standby', 'controller', 'gateway', 'database']);
  for (const [name, part] of parts) if (!last.has(name)) await part.stop();
  for (const name of ['standby', 'controller', 'gateway', 'database'] as const) {
    await parts.get(name)?.stop();
    writeFileSync(join(home, `${name}.log`), parts.get(name)?.text() ?? '');
  }
  machines?.close();
}
process.exit();
