import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openFolderBlobs, sweepFolder } from '@filmwright/blobs';
import type { Digest, Problem } from '@filmwright/contracts';
import { type OpenedRecords, openRecords, defaultWorkspace as workspaceId } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import { claimStore } from '@filmwright/records/sweep';
import { startTestServer, type TestServer } from '@filmwright/records/testing';

const seed = Number(process.env.FILMWRIGHT_SEED ?? Date.now() % 1_000_000);
let state = seed + 1;
/** The next of a row of numbers 0..1 that the seed decides (Lehmer). */
function random(): number {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}
for (let warm = 0; warm < 5; warm++) random();

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'filmwright-keep-'));
const home = join(place, 'home');
const assets = 60;
let digests: readonly Digest[] = [];
let server: TestServer;

type Run = { readonly status: number | null; readonly out: string };
/** Runs a command; with `killAfterMs` it is killed hard after so long. */
function run(
  args: readonly string[],
  { env = {}, killAfterMs }: { readonly env?: Record<string, string>; readonly killAfterMs?: number } = {},
): Promise<Run> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args, '--json'], {
    env: { ...process.env, FILMWRIGHT_HOME: home, DATABASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) =>
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status, out });
    }),
  );
}

async function ran<T>(args: readonly string[], env: Record<string, string> = {}): Promise<T> {
  const { status, out } = await run(args, { env });
  assert.equal(status, 0, `${args.join(' ')}: ${out}`);
  return JSON.parse(out) as T;
}

async function refused(args: readonly string[], env: Record<string, string> = {}): Promise<Problem> {
  const { status, out } = await run(args, { env });
  assert.notEqual(status, 0, args.join(' '));
  return JSON.parse(out) as Problem;
}

/** Works on the records of a home while nothing else runs on it. */
async function withRecords<T>(
  at: string,
  work: (records: OpenedRecords, database: { readonly connectionString: string }) => Promise<T>,
): Promise<T> {
  const database = await startPostgres({ home: at });
  const records = await openRecords({ connectionString: database.connectionString });
  try {
    return await work(records, database);
  } finally {
    await records.close();
    await database.stop();
  }
}

async function put(records: OpenedRecords, bytes: Buffer): Promise<Digest> {
  const blobs = await openFolderBlobs({ root: join(home, 'media') });
  const asset = await blobs.putStream({ stream: Readable.from([bytes]), mediaType: 'image/png' });
  await records.putAsset({ ...asset, workspaceId });
  return asset.digest as Digest;
}

before(async () => {
  chmodSync(place, 0o755);
  mkdirSync(join(home, 'voices', 'joe'), { recursive: true });
  writeFileSync(join(home, 'voices', 'joe', 'card.json'), '{}');
  writeFileSync(join(home, 'signing.key'), 'k'.repeat(40), { mode: 0o600 });
  mkdirSync(join(home, 'cache'));
  digests = await withRecords(home, async (records, { connectionString }) => {
    const made: Digest[] = [];
    for (let number = 0; number < assets; number++) made.push(await put(records, randomBytes(100_000)));
    await records.createFilm({
      ...{ workspaceId, title: 'Kept', document: {}, aspect: '16:9', shots: 0, note: null, session: null },
      files: Object.fromEntries(made.map((digest, at) => [`${at}.png`, digest])),
    });
    // As the platform does when it starts.
    assert.ok(await claimStore({ connectionString, store: sweepFolder(join(home, 'media')) }));
    return made;
  });
  server = await startTestServer();
});
after(async () => {
  await server.stop();
  for (const name of readdirSync(place).filter((each) => existsSync(join(place, each, 'postgresql', 'data', 'postmaster.pid'))))
    await startPostgres({ home: join(place, name) }).then((database) => database.stop());
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
});

/** Holds a restored home against what was backed up. */
async function checkHome(at: string): Promise<void> {
  assert.equal(readFileSync(join(at, 'signing.key'), 'utf8'), 'k'.repeat(40));
  assert.equal(statSync(join(at, 'signing.key')).mode & 0o777, 0o600);
  assert.ok(existsSync(join(at, 'voices/joe/card.json')));
  assert.equal(existsSync(join(at, 'cache')), false);
  for (const digest of digests) assert.equal(digestOf(pathOf(at, digest)), digest);
}

const pathOf = (at: string, digest: string): string => join(at, 'media', digest.slice(7, 9), digest.slice(9, 11), digest);
const digestOf = (path: string): string => `sha256-${createHash('sha256').update(readFileSync(path)).digest('hex')}`;

async function checkRecords(records: OpenedRecords): Promise<void> {
  const films = await records.listFilms({ workspaceId, limit: 9 });
  assert.deepEqual(
    films.map(({ title }) => title),
    ['Kept'],
  );
  assert.equal((await records.hasAssets(digests)).size, digests.length);
}

type BackedUp = { readonly assets: { readonly count: number; readonly copied: number; readonly missing: readonly string[] } };
const folder = join(place, 'backup');
const zip = join(place, 'whole.zip');

test(`a backup that is killed at any moment leaves the one before, or none, and the next one is whole (seed ${seed})`, async () => {
  let finished = 0;
  for (let kills = 0; kills < 3; kills++) {
    const { status } = await run(['backup', folder], { killAfterMs: 300 + random() * 1500 });
    if (status === 0) finished += 1;
    else if (finished === 0 && !existsSync(join(folder, 'manifest.json')) && existsSync(folder))
      assert.match(
        (await refused(['restore', folder, '--home', join(place, 'none')])).detail,
        /no backup that can be read: it has no manifest/,
      );
    assert.equal(existsSync(join(place, 'none')), false);
  }
  const taken = await ran<BackedUp>(['backup', folder]);
  assert.deepEqual([taken.assets.count, taken.assets.missing], [assets, []]);
  assert.deepEqual(readdirSync(folder).sort(), ['assets', 'manifest.json', 'records']);
  assert.equal(readdirSync(join(folder, 'records')).length, 1);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('a second backup into the folder copies only what is new, and drops what is gone', async () => {
  const added = await withRecords(home, async (records) => {
    const digest = await put(records, randomBytes(5000));
    return { digest, count: 1 };
  });
  assert.equal((await ran<BackedUp>(['backup', folder])).assets.copied, 1);
  await withRecords(home, (records) => records.forgetAsset({ workspaceId, digest: added.digest }));
  rmSync(pathOf(home, added.digest));
  const { assets: after } = await ran<BackedUp>(['backup', folder]);
  assert.deepEqual([after.count, after.copied], [assets, 0]);
  assert.equal(existsSync(join(folder, 'assets', added.digest.slice(7, 9), added.digest.slice(9, 11), added.digest)), false);
});

test(`a restore that is killed at any moment leaves nothing that starts, and the next one is whole (seed ${seed})`, async () => {
  const target = join(place, 'restored');
  for (let kills = 0; kills < 2; kills++) {
    const { status } = await run(['restore', folder, '--home', target], { killAfterMs: 300 + random() * 4000 });
    if (status === 0) break;
    assert.equal(existsSync(target), false);
  }
  if (!existsSync(target)) await ran(['restore', folder, '--home', target]);
  assert.deepEqual(
    readdirSync(dirname(target)).filter((name) => name.startsWith(`.${basename(target)}`)),
    [],
  );
  await checkHome(target);
  await withRecords(target, checkRecords);
});

test('a home that is not empty is refused and left alone', async () => {
  const target = join(place, 'full');
  mkdirSync(target);
  writeFileSync(join(target, 'mine.txt'), 'mine');
  assert.match((await refused(['restore', folder, '--home', target])).detail, /is not empty: it has mine\.txt/);
  assert.deepEqual(readdirSync(target), ['mine.txt']);
  assert.match((await refused(['backup', target])).detail, /holds other things than a backup \(mine\.txt\)/);
});

test('a restore that is asked for a dry run, which it does not have, touches nothing', async () => {
  const target = join(place, 'dry');
  const { status, out } = await run(['restore', folder, '--home', target, '--dry-run']);
  assert.equal(status, 2, out);
  assert.match((JSON.parse(out) as Problem).detail, /^restore takes no --dry-run; it takes --keep-machines, --home and --json/);
  assert.equal(existsSync(target), false);
});

test('a damaged asset in a .zip file is named, and nothing is left of the restore', async () => {
  const path = join(place, 'one.zip');
  await ran(['backup', path]);
  await copyFile(path, zip);
  const bytes = readFileSync(path);
  const middle = bytes.indexOf(readFileSync(pathOf(home, digests[7] ?? '')).subarray(500, 600));
  assert.ok(middle > 0);
  bytes.writeUInt8((bytes.readUInt8(middle) + 1) % 256, middle);
  writeFileSync(path, bytes);
  const { code, detail } = await refused(['restore', path, '--home', join(place, 'from-damaged')]);
  assert.equal(code, 'digest-mismatch', detail);
  assert.match(detail, new RegExp(digests[7] ?? ''));
  assert.equal(existsSync(join(place, 'from-damaged')), false);
});

test('an asset that is gone or damaged is told', async () => {
  const [gone, damaged] = await withRecords(home, async (records) => [
    await put(records, randomBytes(900)),
    await put(records, randomBytes(900)),
  ]);
  assert.ok(gone !== undefined && damaged !== undefined);
  rmSync(pathOf(home, gone));
  chmodSync(pathOf(home, damaged), 0o600);
  writeFileSync(pathOf(home, damaged), randomBytes(900));
  const path = join(place, 'lacking');
  assert.deepEqual((await ran<BackedUp>(['backup', path])).assets.missing, [gone, damaged].sort());
});

test('with DATABASE_URL records go from a .zip file into a database of its own, and out of it into a folder', async () => {
  const [from, to] = [await server.empty(), await server.empty()];
  const target = join(place, 'external');
  await ran(['restore', zip, '--home', target], { DATABASE_URL: from.connectionString });
  assert.equal(existsSync(join(target, 'postgresql')), false);
  const path = join(place, 'external-backup');
  await ran(['backup', path, '--home', target], { DATABASE_URL: from.connectionString });
  const again = join(place, 'external-again');
  await ran(['restore', path, '--home', again], { DATABASE_URL: to.connectionString });
  await checkHome(again);
  const records = await openRecords(to);
  await checkRecords(records).finally(() => records.close());
  assert.match(
    (await refused(['restore', path, '--home', join(place, 'external-third')], { DATABASE_URL: to.connectionString })).detail,
    /database is not empty/,
  );
  assert.equal(existsSync(join(place, 'external-third')), false);
});

test('what nothing names is swept from a home, and what a killed sweep left is found by the next', async () => {
  const digest = await withRecords(home, (records) => put(records, randomBytes(700)));
  const listed = async (): Promise<number> => {
    let count = 0;
    for await (const _ of sweepFolder(join(home, 'media')).list()) count += 1;
    return count;
  };
  const before = await listed();
  await withRecords(home, (records) => records.forgetAsset({ workspaceId, digest }));
  const { status } = await run(['sweep'], { killAfterMs: 300 });
  assert.notEqual(status, 0);
  const report = await ran<{ stray: { assets: number } }>(['sweep', '--older', '1h']);
  // Bytes without a row are left for an hour: a row may still follow.
  assert.deepEqual([report.stray.assets, await listed()], [0, before]);
  utimesSync(pathOf(home, digest), 1e9, 1e9);
  assert.deepEqual((await ran<{ stray: object }>(['sweep', '--dry-run'])).stray, { assets: 1, bytes: 700 });
  assert.deepEqual((await ran<{ stray: object }>(['sweep'])).stray, { assets: 1, bytes: 700 });
  assert.equal(await listed(), before - 1);
});
