import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CacheSource, openHotCache } from './hot-cache.ts';

const digestOf = (bytes: Buffer): string => `sha256-${createHash('sha256').update(bytes).digest('hex')}`;

function folderOf(context: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'filmwright-hot-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** A store in memory that counts how it is asked; `spoil` changes what it sends. */
function storeOf(spoil: (sent: Buffer, asked: number) => Buffer = (sent) => sent) {
  const held = new Map<string, Buffer>();
  const asked: { digest: string; startByte: number }[] = [];
  const source: CacheSource = async function* ({ digest, startByte }) {
    asked.push({ digest, startByte });
    const bytes = spoil(held.get(digest) ?? Buffer.alloc(0), asked.length);
    for (let at = startByte; at < bytes.length; at += 1000) yield { bytes: bytes.subarray(at, at + 1000), position: at };
  };
  const add = (fill: string, length = 4000): string => {
    const bytes = Buffer.alloc(length, fill);
    held.set(digestOf(bytes), bytes);
    return digestOf(bytes);
  };
  return { source, add, asked };
}

const filesOf = (root: string): number =>
  readdirSync(join(root, 'files'), { recursive: true }).filter((name) => String(name).includes('sha256')).length;

test('H1: an asset is fetched once and then found, also by a cache that is opened later', async (context) => {
  const root = folderOf(context);
  const { source, add, asked } = storeOf();
  const digest = add('a');
  const cache = await openHotCache({ root, maxBytes: 1e6, source });
  const all = await Promise.all([cache.pin(digest), cache.pin(digest), cache.pin(digest)]);
  for (const { path } of all) assert.equal(digestOf(readFileSync(path)), digest);
  assert.equal(asked.length, 1);
  await Promise.all(all.map(({ release }) => release()));
  const before = statSync(join(root, 'files', digest.slice(7, 9), digest));
  await (await cache.pin(digest)).release();
  const { mtimeMs, ino } = statSync(join(root, 'files', digest.slice(7, 9), digest));
  assert.deepEqual({ mtimeMs, ino }, { mtimeMs: before.mtimeMs, ino: before.ino }, 'using a file does not make it look changed');
  const later = await openHotCache({ root, maxBytes: 1e6, source });
  await (await later.pin(digest)).release();
  assert.deepEqual(later.report(), { hits: 1, misses: 0, hitBytes: 4000, missBytes: 0, damaged: 0, evicted: 0, bytes: 4000 });
  await Promise.all([cache.close(), later.close()]);
});

test('H1: a fetch that broke off goes on where it stood', async (context) => {
  const root = folderOf(context);
  const { source, add, asked } = storeOf();
  const digest = add('b');
  const breaking: CacheSource = async function* (wanted) {
    let pieces = 0;
    for await (const piece of source(wanted)) {
      if (++pieces === 3) throw new Error('the connection broke');
      yield piece;
    }
  };
  const cache = await openHotCache({ root, maxBytes: 1e6, source: breaking });
  await assert.rejects(cache.pin(digest), /the connection broke/);
  const again = await openHotCache({ root, maxBytes: 1e6, source });
  assert.equal(digestOf(readFileSync((await again.pin(digest)).path)), digest);
  assert.deepEqual(
    asked.map(({ startByte }) => startByte),
    [0, 2000],
  );
  assert.equal(again.report().missBytes, 2000);
  await Promise.all([cache.close(), again.close()]);
});

test('H1: what broke off is kept for a week, and not at all where the disk is full', async (context) => {
  const root = folderOf(context);
  const { source, add } = storeOf();
  const breaking = (code: string): CacheSource =>
    async function* (wanted) {
      for await (const piece of source(wanted)) {
        if (piece.position > 0) throw Object.assign(new Error('broke'), { code });
        yield piece;
      }
    };
  const parts = (): number => readdirSync(join(root, 'parts')).length;
  const cache = await openHotCache({ root, maxBytes: 1e6, source: breaking('ECONNRESET') });
  const digest = add('m');
  await assert.rejects(cache.pin(digest), /broke/);
  const agoS = (days: number): number => Date.now() / 1000 - days * 86_400;
  utimesSync(join(root, 'parts', digest), agoS(6), agoS(6));
  const full = await openHotCache({ root, maxBytes: 1e6, source: breaking('ENOSPC') });
  assert.equal(parts(), 1);
  utimesSync(join(root, 'parts', digest), agoS(8), agoS(8));
  writeFileSync(join(root, 'parts', `${digest}.${2 ** 30}-1`), 'left by a process that died');
  const later = await openHotCache({ root, maxBytes: 1e6, source });
  assert.equal(parts(), 0);
  await assert.rejects(full.pin(digest), { code: 'disk-full' });
  assert.equal(parts(), 0);
  await Promise.all([cache.close(), full.close(), later.close()]);
});

test('H2: what arrives damaged is refused and fetched anew; a source that only sends damaged bytes is told', async (context) => {
  const once = storeOf((sent, asked) => (asked === 1 ? Buffer.alloc(sent.length, 'x') : sent));
  const digest = once.add('c');
  const cache = await openHotCache({ root: folderOf(context), maxBytes: 1e6, source: once.source });
  assert.equal(digestOf(readFileSync((await cache.pin(digest)).path)), digest);
  assert.equal(once.asked.length, 2);
  await cache.close();
  const always = storeOf((sent) => Buffer.alloc(sent.length, 'x'));
  const root = folderOf(context);
  const broken = await openHotCache({ root, maxBytes: 1e6, source: always.source });
  await assert.rejects(broken.pin(always.add('c')), { code: 'digest-mismatch' });
  assert.equal(always.asked.length, 3);
  assert.equal(filesOf(root), 0);
  await broken.close();
});

test('H2: a cached file that somebody changed is fetched anew', async (context) => {
  const root = folderOf(context);
  const { source, add, asked } = storeOf();
  const digest = add('d');
  const cache = await openHotCache({ root, maxBytes: 1e6, source });
  const { path, release } = await cache.pin(digest);
  await release();
  const cached = join(root, 'files', digest.slice(7, 9), digest);
  assert.ok(!existsSync(path));
  chmodSync(cached, 0o644);
  writeFileSync(cached, Buffer.alloc(4000, 'z'));
  const again = await cache.pin(digest);
  assert.equal(digestOf(readFileSync(again.path)), digest);
  assert.equal(asked.length, 2);
  assert.equal(cache.report().damaged, 1);
  await cache.close();
});

test('H3, H4: the longest unused go first; what is pinned keeps its bytes', async (context) => {
  const root = folderOf(context);
  const { source, add, asked } = storeOf();
  const digests = ['e', 'f', 'g', 'h'].map((fill) => add(fill));
  const [oldest = '', second = '', third = '', last = ''] = digests;
  const cache = await openHotCache({ root, maxBytes: 12_000, source });
  const at = (digest: string): string => join(root, 'files', digest.slice(7, 9), digest);
  const pinned = await cache.pin(oldest);
  for (const [index, digest] of [second, third].entries()) {
    await (await cache.pin(digest)).release();
    utimesSync(at(digest), 1000 + index, statSync(at(digest)).mtime);
  }
  await (await cache.pin(second)).release();
  await (await cache.pin(last)).release();
  assert.deepEqual(
    digests.map((digest) => existsSync(at(digest))),
    [true, true, false, true],
    'the third was not used since',
  );
  rmSync(at(oldest));
  assert.equal(digestOf(readFileSync(pinned.path)), oldest, 'a pin outlives the file');
  assert.equal(cache.report().evicted, 1);
  assert.equal(asked.length, 4);
  await cache.close();
});

test('H4: an asset larger than the budget is given all the same, and goes with the next', async (context) => {
  const root = folderOf(context);
  const { source, add } = storeOf();
  const large = add('i', 20_000);
  const cache = await openHotCache({ root, maxBytes: 5000, source });
  const { path, release } = await cache.pin(large);
  assert.equal(digestOf(readFileSync(path)), large);
  await release();
  await (await cache.pin(add('j'))).release();
  assert.equal(filesOf(root), 1);
  await cache.close();
});

test('H4: a disk that others fill takes room from the cache', async (context) => {
  const root = folderOf(context);
  const { source, add } = storeOf();
  const roomy = await openHotCache({ root, maxBytes: 1e6, source });
  await (await roomy.pin(add('k'))).release();
  const { bavail, bsize } = statfsSync(root);
  const cache = await openHotCache({ root, maxBytes: 1e6, source, keepFreeBytes: bavail * bsize * 2 });
  const { path, release } = await cache.pin(add('l'));
  assert.equal(filesOf(root), 1, 'only what is pinned');
  assert.equal(readFileSync(path).length, 4000);
  await release();
  await Promise.all([roomy.close(), cache.close()]);
});

test('a cache takes a share of what is free at the time, and more of it once there is more', async (context) => {
  const root = folderOf(context);
  const { source, add } = storeOf();
  const { bavail, bsize } = statfsSync(root);
  // So small a share that it holds one file and no other.
  const little = await openHotCache({ root, maxBytes: 1e6, source, shareOfFree: 5000 / (bavail * bsize) });
  for (const name of ['m', 'n']) await (await little.pin(add(name))).release();
  assert.equal(filesOf(root), 1);
  const more = await openHotCache({ root, maxBytes: 1e6, source, shareOfFree: 0.25 });
  for (const name of ['o', 'p']) await (await more.pin(add(name))).release();
  assert.equal(filesOf(root), 3);
  await Promise.all([little.close(), more.close()]);
});

test('a file that was made here is found without a fetch', async (context) => {
  const root = folderOf(context);
  const { source, asked } = storeOf();
  const cache = await openHotCache({ root: join(root, 'cache'), maxBytes: 1e6, source });
  const path = join(root, 'made');
  writeFileSync(path, 'made here');
  const digest = digestOf(Buffer.from('made here'));
  await cache.keep({ path, digest });
  rmSync(path);
  assert.equal(readFileSync((await cache.pin(digest)).path, 'utf8'), 'made here');
  assert.equal(asked.length, 0);
  await cache.close();
});

test('H1, H3: processes that share the folder fetch an asset once, and the pins of a killed one are let go', async (context) => {
  const root = folderOf(context);
  const program = fileURLToPath(new URL('./testing/cache-user.ts', import.meta.url));
  const children = Array.from({ length: 3 }, () => fork(program, [root], { execArgv: ['--disable-warning=ExperimentalWarning'] }));
  context.after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const said = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0] as { fetched: number; digest: string }));
  assert.equal(
    said.reduce((sum, { fetched }) => sum + fetched, 0),
    1,
  );
  assert.equal(readdirSync(join(root, 'pins')).length, 3);
  for (const child of children) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  const { source } = storeOf();
  const cache = await openHotCache({ root, maxBytes: 1e6, source });
  assert.equal(readdirSync(join(root, 'pins')).length, 1);
  await cache.close();
});
