import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileChecks, openFolderBlobs } from '@filmwright/blobs';
import { toProblem } from '@filmwright/contracts';
import { mountedMedia } from './mounted-media.ts';
import { provenStore } from './store-mark.ts';
import { sharedMedia } from './task-media.ts';
import { watchStore } from './watch-store.ts';

/** A gateway's store that a machine has mounted, with a way to unmount it; what went over the gateway is counted. */
async function scene(context: TestContext, { restMs = 30_000 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-mounted-'));
  context.after(() => rmSync(home, { recursive: true }));
  const [folder, away] = [join(home, 'mounted'), join(home, 'gateway')];
  await openFolderBlobs({ root: away });
  const there = { root: away };
  const blobs = () => openFolderBlobs(there);
  const unmount = (): void => {
    renameSync(folder, away);
    mkdirSync(folder);
    there.root = away;
  };
  const mount = (): void => {
    rmSync(folder, { recursive: true, force: true });
    renameSync(away, folder);
    there.root = folder;
  };
  mount();
  const store = provenStore({ home, folder });
  const client = {
    url: 'https://studio.example',
    putAsset: async ({ digest, mediaType, open }: { digest: string; mediaType: string; open: () => unknown }) =>
      (await blobs()).putStream({ stream: Readable.from([await open()]), mediaType, expect: digest as `sha256-${string}` }),
    headAsset: async () => null,
  };
  const went: string[] = [];
  const cached = new Map<string, string>();
  const desk = mountedMedia({
    store,
    checks: fileChecks({ mostBytes: 1000 }),
    shared: async () => sharedMedia(await openFolderBlobs({ root: folder }), { waits: true }),
    remote: async () => ({
      report: () => null,
      open: (moved) => ({
        pathOf: async (digest) => {
          went.push('read');
          return cached.get(digest) ?? (await blobs()).path(digest);
        },
        store: async (file) => {
          went.push('write');
          return sharedMedia(await blobs(), { waits: true })
            .open(moved)
            .store(file);
        },
        release: async () => {},
      }),
    }),
  });
  const file = (text: string) => {
    const path = join(home, text);
    writeFileSync(path, text);
    return { path, mediaType: 'text/plain' };
  };
  const said: string[] = [];
  const ending = new AbortController();
  context.after(() => ending.abort());
  const log = (_: string, message: string) => void said.push(/is gone|is there again/.exec(message)?.[0] ?? message);
  await watchStore({ ...{ folder, home, signal: ending.signal, log, everyMs: 20, withinMs: 100, restMs }, client: client as never });
  return { folder, desk, store, file, went, said, cached, mount, unmount, blobs };
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 500, 'nothing came of it');
    await sleep(10);
  }
}

test('a mounted store that goes away is said once, what tasks read and write goes over the gateway meanwhile, and the mount is taken up again', async (t) => {
  const { desk, store, file, went, said, mount, unmount, blobs } = await scene(t);
  const [first, second, third] = [desk.open(() => {}), desk.open(() => {}), desk.open(() => {})];
  const { digest } = await first.store(file('one'));
  assert.equal(readFileSync(await first.pathOf(digest), 'utf8'), 'one');
  assert.deepEqual([went, await first.wasLost?.()], [[], false]);
  unmount();
  assert.equal(await first.wasLost?.(), true, 'what it read is gone');
  const written = await second.store(file('two'));
  assert.ok(await (await blobs()).has(written.digest), 'it did not stay in the empty folder');
  assert.equal(readFileSync(await second.pathOf(digest), 'utf8'), 'one');
  assert.deepEqual([went, await second.wasLost?.()], [['write', 'read'], false]);
  await until(() => said.length > 0);
  await sleep(100);
  assert.deepEqual(said, ['is gone']);
  mount();
  await until(async () => (await store.mark()) !== null);
  await until(() => said.length > 1);
  await third.pathOf((await third.store(file('three'))).digest);
  assert.deepEqual([went.length, said], [2, ['is gone', 'is there again']]);
});

test('a mounted store that is back and goes away again is left alone for a while, since what reads there would be begun anew each time', async (t) => {
  const restMs = 1000;
  const { store, said, mount, unmount } = await scene(t, { restMs });
  unmount();
  await until(() => said.length === 1);
  mount();
  await until(() => said.length === 2);
  unmount();
  const goneMs = performance.now();
  await until(() => said.length === 3);
  mount();
  await until(async () => (await store.mark()) !== null);
  assert.ok(performance.now() - goneMs >= restMs);
  await until(() => said.length === 4);
});

test('what the mount lacks is read over the gateway, and a task that fails then failed by its own fault', async (t) => {
  const { desk, store, went, said, cached, file } = await scene(t);
  const media = desk.open(() => {});
  const { digest } = await media.store(file('one'));
  const path = await media.pathOf(digest);
  cached.set(digest, `${path}.cached`);
  renameSync(path, `${path}.cached`);
  const late = desk.open(() => {});
  assert.equal(await late.pathOf(digest), `${path}.cached`);
  assert.deepEqual([went, await late.wasLost?.()], [['read'], false]);
  await until(async () => (await store.mark()) !== null);
  assert.deepEqual(said, []);
});

test('a damaged input of the mount is read over the gateway, and one too large to be looked at is taken as it is', async (t) => {
  const { desk, store, went, cached, file } = await scene(t);
  const media = desk.open(() => {});
  const [{ digest }, large] = [await media.store(file('one')), await media.store(file('large'.repeat(40)))];
  for (const asset of [digest, large.digest]) {
    const path = await media.pathOf(asset);
    cached.set(asset, `${path}.gateway`);
    copyFileSync(path, `${path}.gateway`);
    chmodSync(path, 0o644);
    writeFileSync(path, `damaged ${asset === digest ? '' : 'large'.repeat(400)}`);
  }
  assert.equal(readFileSync(await media.pathOf(digest), 'utf8'), 'one');
  assert.match(readFileSync(await media.pathOf(large.digest), 'utf8'), /^damaged large/);
  assert.deepEqual([went, await media.wasLost?.(), (await store.mark()) !== null], [['read'], false, true], 'the mount is used further');
});

test('a damaged input of a store on this machine is told by its path', async (t) => {
  const { folder, blobs, file } = await scene(t);
  const media = sharedMedia(await blobs(), { waits: false, checks: fileChecks() }).open(() => {});
  const { digest } = await media.store(file('one'));
  const path = await media.pathOf(digest);
  assert.ok(path.startsWith(folder));
  chmodSync(path, 0o644);
  writeFileSync(path, 'two');
  await assert.rejects(media.pathOf(digest), (error: Error) => {
    assert.deepEqual(toProblem(error).code, 'digest-mismatch');
    assert.ok(error.message.includes(path) && error.message.includes(digest), error.message);
    return true;
  });
});

test('a mount that hangs is asked for one input at a time, since each holds a thread, and all come over the gateway', async () => {
  let calls = 0;
  const never = new Promise<never>(() => {});
  const desk = (pathOf: (digest: string) => Promise<string>) => async () => ({
    report: () => null,
    open: () => ({ pathOf, store: () => never, release: async () => {} }),
  });
  const hangs = desk(() => {
    calls++;
    return never;
  });
  const used: string[] = [];
  const media = mountedMedia({
    ...{ checks: fileChecks(), shared: hangs, remote: desk(async (digest) => `far ${digest}`), used: () => used.push('used') },
    store: { mark: async () => '1:2', has: async () => true, note: async () => {}, distrust: async () => {} },
  }).open(() => {});
  const digests = Array.from({ length: 8 }, (_, at) => `${at}`);
  assert.deepEqual(
    await Promise.all(digests.map(media.pathOf)),
    digests.map((digest) => `far ${digest}`),
  );
  assert.deepEqual([calls, used], [1, ['used']]);
});
