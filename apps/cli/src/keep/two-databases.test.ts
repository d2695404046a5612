import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openFolderBlobs, sweepFolder } from '@filmwright/blobs';
import type { Digest, Problem } from '@filmwright/contracts';
import { openRecords, recordsId, defaultWorkspace as workspaceId } from '@filmwright/records';
import { servedAt, startPostgres } from '@filmwright/records/embedded';
import { claimStore } from '@filmwright/records/sweep';
import { startTestServer, type TestServer } from '@filmwright/records/testing';
import { addressOf, readHomeRecords } from '../platform/home-records.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'filmwright-two-'));
/** A home that ran with its own database, which knows one asset, and then with another, which knows that and a newer one. */
const home = join(place, 'home');
const media = join(home, 'media');
let server: TestServer;
let external = '';
let old: Digest = 'sha256-';
let newer: Digest = 'sha256-';

async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { ...process.env, FILMWRIGHT_HOME: home, FILMWRIGHT_MEDIA: '', DATABASE_URL: '', FILMWRIGHT_SWEEP: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said.out += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said.err += part;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said, ended };
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { said, ended } = await start([...args, '--json'], env);
  return { status: await ended, ...said };
}

async function refused(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, out, err } = await run(args, env);
  assert.equal(status, 2, `${args.join(' ')}: ${out} ${err}`);
  return (JSON.parse(out) as Problem).detail;
}

/** Serves until it is ready, and ends. */
async function serve(env: Readonly<Record<string, string>>): Promise<string> {
  const { child, said, ended } = await start(['serve', '--port', '0', '--roles', env.DATABASE_URL ? 'gateway' : 'gateway,database'], env);
  while (!said.out.includes('Ctrl-C ends it') && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  assert.equal(await ended, 0, said.err);
  return said.err;
}

async function put(connectionString: string, name: string): Promise<Digest> {
  const blobs = await openFolderBlobs({ root: media });
  const asset = await blobs.putStream({ stream: Readable.from([name]), mediaType: 'image/png' });
  const records = await openRecords({ connectionString });
  await records.putAsset({ ...asset, workspaceId }).finally(() => records.close());
  utimesSync(await blobs.path(asset.digest), 1e9, 1e9);
  return asset.digest;
}

const has = (digest: Digest): Promise<boolean> => sweepFolder(media).has(digest);
const isOwn =
  /belongs to the records in the database (127\.0\.0\.1|localhost):\d+\/.*found was its own database.*Nothing was done\. Set DATABASE_URL/;

before(async () => {
  chmodSync(place, 0o755);
  server = await startTestServer();
  external = (await server.empty()).connectionString;
  const own = await startPostgres({ home });
  old = await put(own.connectionString, 'old');
  await own.stop();
  await put(external, 'old');
  newer = await put(external, 'newer');
});
after(async () => {
  if (existsSync(join(home, 'postgresql', 'data', 'postmaster.pid'))) await startPostgres({ home }).then((database) => database.stop());
  await server.stop();
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
});

test('without a mark on the media folder its own old records remove nothing there, though nothing is noted of a home', async () => {
  assert.match(await refused(['sweep', '--older', '1h']), /Nothing was swept: the media folder bears no mark yet/);
  assert.deepEqual([await has(old), await has(newer)], [true, true]);
});

test('serve with another database notes it: backup, sweep and workspace without it refuse, and start nothing', async () => {
  await serve({ DATABASE_URL: external });
  const noted = await readHomeRecords(home);
  assert.deepEqual(noted, { id: await recordsId({ connectionString: external }), address: addressOf(external) });
  assert.ok(!readFileSync(join(home, 'records.json'), 'utf8').includes(new URL(external).password));
  const target = join(place, 'backup');
  for (const command of [['backup', target], ['sweep'], ['sweep', '--take-store'], ['workspace', 'add', 'north'], ['workspace']]) {
    assert.match(await refused(command), isOwn);
    assert.equal(await servedAt(home), null);
  }
  assert.equal(existsSync(target), false);
  assert.deepEqual([await has(old), await has(newer)], [true, true]);
  const { status, out } = await run(['sweep'], { DATABASE_URL: external });
  assert.equal(status, 0, out);
  assert.deepEqual([(JSON.parse(out) as { stray: { assets: number } }).stray.assets, await has(newer)], [0, true]);
});

test('a platform is not started with its own database either, nor one for a film with a third', async () => {
  assert.match(await refused(['serve', '--port', '0', '--roles', 'gateway,database']), isOwn);
  assert.equal(await servedAt(home), null);
  const film = join(place, 'film.json');
  writeFileSync(film, JSON.stringify({ title: 'One', storyboard: [{ id: 'a', visual: { backdrop: 'halo' }, length: '1s' }] }));
  const third = (await server.empty()).connectionString;
  assert.match(await refused(['make', film], { DATABASE_URL: third }), /belongs to the records.*start `filmwright serve` with it once/);
  for (const command of [['backup', join(place, 'third')], ['sweep'], ['workspace', 'add', 'north']])
    assert.match(await refused(command, { DATABASE_URL: third }), /belongs to the records/);
  assert.equal(await recordsId({ connectionString: third }), null);
});

test('another password, or another name of the host, is the same database', async () => {
  const url = new URL(external);
  url.hostname = url.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  const { status, out } = await run(['workspace'], { DATABASE_URL: url.href });
  assert.equal(status, 0, out);
});

test('a home goes over to another database by serve; its media folder stays whose it was, until it is taken', async () => {
  const other = (await server.empty()).connectionString;
  await put(other, 'old');
  const told = await serve({ DATABASE_URL: other });
  assert.match(told, /works with other records from now on/);
  assert.match(told, /the media folder is not marked as that of these records/);
  assert.match(await refused(['sweep'], { DATABASE_URL: external }), /belongs to the records/);
  assert.match(await refused(['sweep'], { DATABASE_URL: other }), /the media folder is marked as that of the records/);
  assert.equal(await has(newer), true);
  const { status, out } = await run(['sweep', '--take-store'], { DATABASE_URL: other });
  assert.equal(status, 0, out);
  assert.equal(await has(newer), false);
  assert.equal(await claimStore({ connectionString: external, store: sweepFolder(media) }), false);
});

test('without its note a home works with its own database again', async () => {
  rmSync(join(home, 'records.json'));
  await serve({});
  assert.equal((await readHomeRecords(home))?.address, null);
  assert.match(
    await refused(['workspace'], { DATABASE_URL: external }),
    /belongs to the records in its own database.*Leave DATABASE_URL out/,
  );
  assert.equal((await run(['workspace'])).status, 0);
});

test('a home whose own database is reached by its address, by another role of the home, works with its own', async () => {
  rmSync(join(home, 'records.json'));
  const own = await startPostgres({ home });
  await serve({ DATABASE_URL: own.connectionString });
  assert.equal((await readHomeRecords(home))?.address, null);
  await own.stop();
  assert.equal((await run(['workspace'])).status, 0);
});

test('a restore notes where its records are, and marks a new media folder, never one of others', async () => {
  const backup = join(place, 'kept');
  assert.equal((await run(['backup', backup])).status, 0);
  const target = join(place, 'restored');
  const to = (await server.empty()).connectionString;
  assert.equal((await run(['restore', backup, '--home', target], { DATABASE_URL: to })).status, 0);
  const id = await recordsId({ connectionString: to });
  assert.deepEqual(await readHomeRecords(target), { id, address: addressOf(to) });
  assert.equal(await sweepFolder(join(target, 'media')).mark(), id);
  assert.match(await refused(['workspace', '--home', target]), isOwn);
  const again = join(place, 'again');
  const { status, err } = await run(['restore', backup, '--home', again], { FILMWRIGHT_MEDIA: join(target, 'media') });
  assert.equal(status, 0, err);
  assert.match(err, /belongs to other records, and is not swept/);
  assert.equal(await sweepFolder(join(target, 'media')).mark(), id);
  assert.match(await refused(['sweep', '--home', again], { FILMWRIGHT_MEDIA: join(target, 'media') }), /is marked as that of the records/);
});

test('what is told of a database has neither user nor password', () => {
  for (const [given, told] of [
    ['postgres://filmwright:se%40cret@db1:5432,db2:5432/films?password=secret', 'db1:5432,db2:5432/films'],
    ['postgresql://[::1]:5432/films', '[::1]:5432/films'],
    ['postgres:///films', '/films'],
    ['postgres://user:se/cret@db/films', 'of DATABASE_URL'],
    ['postgres://user:se?cret@db/films', 'of DATABASE_URL'],
    ['postgres://user:1/se?cret@db/films', 'of DATABASE_URL'],
    ['host=db password=secret', 'of DATABASE_URL'],
  ] as const)
    assert.equal(addressOf(given), told);
});
