import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '@filmwright/client';
import type { RunnerOffer } from '@filmwright/contracts';
import { type RunningPostgres, startPostgres } from '@filmwright/records/embedded';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));
const [token, runnerToken] = ['user-token-of-the-tests', 'runner-token-of-the-tests'];
const document = { title: 'A cup', storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }] };
const offer: RunnerOffer = { name: 'test', pid: 1, slots: 1, kinds: ['encode'], toolchain: {}, voices: [], models: [], fonts: [] };

let home = '';
let database: RunningPostgres;
const children = new Set<ChildProcess>();

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'filmwright-gateway-'));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(home, 0o755);
  database = await startPostgres({ home });
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.stop();
  await rm(home, { recursive: true, force: true });
});

function start(changes: Record<string, string> = {}) {
  const env = {
    ...process.env,
    FILMWRIGHT_HOME: home,
    DATABASE_URL: database.connectionString,
    FILMWRIGHT_PORT: '0',
    FILMWRIGHT_TOKEN: token,
    FILMWRIGHT_RUNNER_TOKEN: runnerToken,
    FILMWRIGHT_SIGNING_KEY: 'signing-key-of-the-tests',
    ...changes,
  };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const lines = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (lines.stdout += chunk));
  child.stderr.on('data', (chunk) => (lines.stderr += chunk));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, lines, exited };
}

/** The address in the ready line; throws what was logged when the gateway ends instead. */
async function addressOf({ child, lines, exited }: ReturnType<typeof start>): Promise<string> {
  void exited;
  while (!lines.stdout.includes('\n')) {
    if (child.exitCode !== null) assert.fail(`the gateway ended: ${lines.stderr}`);
    await Promise.race([once(child.stdout, 'data'), exited]);
  }
  const sign = JSON.parse(lines.stdout) as { ready: boolean; url: string };
  assert.equal(sign.ready, true);
  return sign.url;
}

test('the process says where it listens, serves from the database and the media folder, and ends on SIGTERM', async () => {
  const gateway = start();
  const url = await addressOf(gateway);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const client = createClient({ url, token });
  await client.health();
  await assert.rejects(client.ready(), { code: 'unavailable', message: /no runner/ });
  const runner = createClient({ url, token: runnerToken });
  const { runnerId } = await runner.joinRunner(offer);
  await client.ready();

  const bytes = Buffer.from('some picture');
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  await client.putAsset({ digest, mediaType: 'image/png', open: () => bytes });
  assert.deepEqual(await client.headAsset(digest), { digest, bytes: bytes.length, mediaType: 'image/png' });
  const build = await client.createBuild({ document, files: { 'cup.png': digest } });
  assert.deepEqual(
    (await client.listBuilds()).builds.map((one) => one.id),
    [build.id],
  );

  const states: string[] = [];
  for await (const now of client.followBuild({ id: build.id })) {
    states.push(now.state);
    if (now.state === 'planning') await client.cancelBuild(build.id);
  }
  assert.deepEqual(states, ['planning', 'cancelled']);
  assert.deepEqual(await runner.leaseTasks({ runnerId, max: 1, waitMs: 0 }), []);
  await runner.leaveRunner(runnerId);
  await assert.rejects(runner.leaseTasks({ runnerId, max: 1, waitMs: 0 }), { code: 'not-found' });

  const waiting = fetch(`${url}/v1/builds/${build.id}`, { headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'x' } });
  assert.equal((await waiting).status, 200);
  gateway.child.kill('SIGTERM');
  assert.equal(await gateway.exited, 0);
  for (const line of gateway.lines.stderr.trim().split('\n')) {
    const entry = JSON.parse(line) as { level: number; msg: string };
    assert.ok(entry.msg.length > 0);
    assert.ok(!line.includes(token) && !line.includes(runnerToken));
  }
});

test('the process ends with the parent that holds its standard input', async () => {
  const gateway = start();
  await addressOf(gateway);
  gateway.child.stdin.end();
  assert.equal(await gateway.exited, 0);
});

test('what is missing to start is told at once, as a problem', async () => {
  const gateway = start({ FILMWRIGHT_TOKEN: 'short', FILMWRIGHT_METRICS_TOKEN: 'short', DATABASE_URL: '', FILMWRIGHT_PORT: 'http' });
  assert.equal(await gateway.exited, 1);
  const { problem } = JSON.parse(gateway.lines.stderr) as { problem: { code: string; detail: string } };
  assert.equal(problem.code, 'request-invalid');
  for (const name of ['FILMWRIGHT_TOKEN', 'FILMWRIGHT_METRICS_TOKEN', 'DATABASE_URL', 'FILMWRIGHT_PORT'])
    assert.match(problem.detail, new RegExp(name));
});

test('an upload goes on from its offset after the gateway was killed in the midst of it', async () => {
  const media = Buffer.alloc(3_000_000, 'film');
  const digest = `sha256-${createHash('sha256').update(media).digest('hex')}`;
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };
  const patch = { ...headers, 'content-type': 'application/offset+octet-stream' };
  const killed = start();
  const first = await addressOf(killed);
  const made = await fetch(`${first}/v1/uploads`, { method: 'POST', headers: { ...headers, 'upload-length': String(media.length) } });
  const at = made.headers.get('location') ?? '';
  const received = async (url: string) => ((await (await fetch(`${url}${at}`, { headers })).json()) as { received: number }).received;
  // The body stays open after a million bytes: there the gateway dies.
  const body = new ReadableStream({ start: (controller) => controller.enqueue(media.subarray(0, 1_000_000)) });
  const sending = fetch(`${first}${at}`, {
    method: 'PATCH',
    headers: { ...patch, 'upload-offset': '0' },
    body,
    duplex: 'half',
  } as RequestInit);
  void sending.catch(() => {});
  while ((await received(first)) < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 10));
  killed.child.kill('SIGKILL');
  await killed.exited;
  const next = start();
  const second = await addressOf(next);
  const offset = Number((await fetch(`${second}${at}`, { method: 'HEAD', headers })).headers.get('upload-offset'));
  assert.equal(offset, 1_000_000);
  const rest = await fetch(`${second}${at}`, {
    method: 'PATCH',
    headers: { ...patch, 'upload-offset': String(offset) },
    body: media.subarray(offset),
  });
  assert.equal(rest.status, 204);
  assert.deepEqual(await createClient({ url: second, token }).headAsset(digest), {
    ...{ digest, bytes: media.length, mediaType: 'application/octet-stream' },
  });
  next.child.kill('SIGTERM');
  await next.exited;
});
