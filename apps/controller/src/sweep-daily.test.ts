import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sweepFolder } from '@filmwright/blobs';
import type { Digest } from '@filmwright/contracts';
import { recordsId, defaultWorkspace as workspaceId } from '@filmwright/records';
import { claimStore } from '@filmwright/records/sweep';
import { startTestServer, type TestRecords, type TestServer } from '@filmwright/records/testing';
import { readSweep } from './sweep-daily.ts';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));
const hourMs = 3_600_000;
const children = new Set<ChildProcess>();
let server: TestServer;
let home = '';

before(async () => {
  server = await startTestServer();
  home = await mkdtemp(join(tmpdir(), 'filmwright-sweep-'));
  await chmod(home, 0o755);
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

const pathOf = (media: string, digest: Digest): string => join(media, digest.slice(7, 9), digest.slice(9, 11), digest);

function store(media: string, name: string): Digest {
  const digest: Digest = `sha256-${createHash('sha256').update(name).digest('hex')}`;
  mkdirSync(join(pathOf(media, digest), '..'), { recursive: true });
  writeFileSync(pathOf(media, digest), name);
  utimesSync(pathOf(media, digest), 1e9, 1e9);
  return digest;
}

async function count(media: string): Promise<number> {
  let found = 0;
  for await (const _ of sweepFolder(media).list()) found += 1;
  return found;
}

function start({ connectionString }: TestRecords, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
    env: {
      ...process.env,
      DATABASE_URL: connectionString,
      FILMWRIGHT_HOME: '',
      FILMWRIGHT_MEDIA: '',
      FILMWRIGHT_SWEEP_FIRST_MS: '1',
      ...env,
    },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const out = { log: '' };
  child.stderr.on('data', (chunk) => (out.log += chunk));
  return { child, out, gone: new Promise((resolve) => child.once('exit', resolve)) };
}

async function until(is: () => boolean | Promise<boolean>, saying: () => string): Promise<void> {
  for (const untilMs = performance.now() + 30_000; !(await is()); await sleep(2)) if (performance.now() > untilMs) assert.fail(saying());
}

test('a controller that leads sweeps the store of its machine, one that is killed in the middle leaves the rest to the next, and then a day is waited', async () => {
  const at = await server.open();
  const media = join(home, 'one', 'media');
  const kept = store(media, 'kept');
  await at.records.putAsset({ workspaceId, digest: kept, bytes: 4, mediaType: 'image/png' });
  const gone = Array.from({ length: 3000 }, (_, index) => store(media, `stray ${index}`));
  const named = gone.slice(0, 1500);
  await at.sql(
    `insert into asset (workspace_id, digest, bytes, media_type, seen_at) select $1, d, 8, 'image/png', now() - interval '8 days' from unnest($2::text[]) as d`,
    [workspaceId, named],
  );
  assert.equal(await claimStore({ connectionString: at.connectionString, store: sweepFolder(media) }), true);
  const first = start(at, { FILMWRIGHT_HOME: join(home, 'one') });
  await until(
    () => gone.some((digest) => !existsSync(pathOf(media, digest))),
    () => first.out.log,
  );
  first.child.kill('SIGKILL');
  await first.gone;
  const left = await count(media);
  assert.ok(left > 1, `${left} are left`);
  const rows = await at.sql('select digest from asset');
  assert.ok(
    rows.every(({ digest }) => existsSync(pathOf(media, digest as Digest))),
    'no row outlives its bytes',
  );
  const second = start(at, { FILMWRIGHT_HOME: join(home, 'one') });
  await until(
    () => second.out.log.includes('"msg":"swept"'),
    () => second.out.log,
  );
  assert.deepEqual([await count(media), existsSync(pathOf(media, kept))], [1, true]);
  assert.deepEqual(await at.sql('select digest from asset'), [{ digest: kept }]);
  const told = second.out.log.split('\n').find((line) => line.includes('"msg":"swept a workspace"'));
  const { workspace, swept, kept: stays } = JSON.parse(told ?? assert.fail(second.out.log));
  assert.deepEqual(
    [workspace, swept.assets, stays.recent],
    ['default', named.filter((digest) => rows.some((row) => row['digest'] === digest)).length, { assets: 1, bytes: 4 }],
  );
  second.child.kill('SIGTERM');
  await second.gone;
});

test('a controller beside a folder of other records, and one that is told not to sweep, remove nothing', async () => {
  const at = await server.open();
  const media = join(home, 'two', 'media');
  store(media, 'of others');
  await at.records.putAsset({ workspaceId, digest: `sha256-${'0'.repeat(64)}`, bytes: 4, mediaType: 'image/png' });
  await sweepFolder(media).setMark({ mark: (await recordsId(at)) ?? '', instead: true });
  const beside = start(at, { FILMWRIGHT_MEDIA: media });
  await until(
    () => beside.out.log.includes('seems to belong to other records'),
    () => beside.out.log,
  );
  beside.child.kill('SIGTERM');
  await beside.gone;
  assert.equal(await count(media), 1);
});

test('the environment says whether, where and what is swept, and what cannot be meant is refused', () => {
  const env = { FILMWRIGHT_HOME: '/films' };
  assert.deepEqual(readSweep(env), { root: '/films/media', olderMs: 168 * hourMs, buildsMs: 720 * hourMs });
  assert.equal(readSweep({ ...env, FILMWRIGHT_MEDIA: '/assets' })?.root, '/assets');
  for (const none of [{}, { ...env, FILMWRIGHT_SWEEP: 'off' }]) assert.equal(readSweep(none), null);
  assert.equal(readSweep({ ...env, FILMWRIGHT_SWEEP_OLDER_MS: String(hourMs), FILMWRIGHT_SWEEP: 'daily' })?.olderMs, hourMs);
  for (const bad of [{ FILMWRIGHT_SWEEP: 'no' }, { FILMWRIGHT_SWEEP_OLDER_MS: '60000' }, { FILMWRIGHT_SWEEP_BUILDS_MS: '7d' }])
    assert.throws(() => readSweep({ ...env, ...bad }), { code: 'request-invalid', message: new RegExp(Object.keys(bad)[0] ?? '') });
});
