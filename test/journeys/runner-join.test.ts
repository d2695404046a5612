import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@filmwright/client';
import { type BuildTask, type RunnerEnd, type RunnerList, type RunnerToken, taskKinds } from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { makeCertificate } from '../peers/make-certificate.ts';
import {
  filmwright,
  homesOfTest,
  killHard,
  type Process,
  platformOfTest,
  processesOf,
  type Running,
  start,
  until,
} from './platform-home.ts';
import { freePort } from './role-processes.ts';
import { writeFilm } from './small-film.ts';

// Tasks that stand still so long are ended; the runners of this file take it from here.
process.env.FILMWRIGHT_STUCK_MS = '4000';
process.env.FILMWRIGHT_ROTATE_MS = '1000';

const newHome = homesOfTest();
// No home: with one goes whatever has its path on its command line, as the platform has.
const keys = mkdtempSync(join(tmpdir(), 'filmwright-keys-'));
after(() => rmSync(keys, { recursive: true }));
const { cert, key } = makeCertificate(keys);
// The driver of these machines was updated under them.
const mismatch = 'Failed to initialize NVML: Driver/library version mismatch';
writeFileSync(join(keys, 'nvidia-smi'), `#!/bin/sh\necho '${mismatch}'\nexit 18\n`, { mode: 0o755 });
process.env.PATH = `${keys}${delimiter}${process.env.PATH ?? ''}`;
// A gateway that starts again must come back on the port that its runners know.
const tls = ['--tls-cert', cert, '--tls-key', key, '--tls-port', String(await freePort())];
const platform = platformOfTest('--runners', '0', ...tls);
const art = join(import.meta.dirname, '../../examples/art');
const tinyFilm = {
  title: 'Tiny',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    { id: 'one', narration: 'Made elsewhere.', visual: { picture: join(art, 'studio-sweep.jpg') }, text: { style: 'title', text: 'Far' } },
  ],
  outputs: { master: { quality: 'draft' } },
};

/** One shot that takes long to encode. */
const longFilm = (title: string) => ({
  title,
  format: { resolution: '1080p', fps: 50 },
  storyboard: [{ id: 'one', length: '90s', visual: { backdrop: 'waves' }, text: { style: 'subtitle', text: title } }],
});

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const box = newHome();
let token: RunnerToken;
let client: Client;
let runner: Running;

before(async () => {
  const { url, token: userToken } = await platform.open();
  client = createClient({ url, token: userToken });
  token = await draw('--pool', 'far');
  runner = join1(box);
  await joined(box);
});

async function draw(...more: readonly string[]): Promise<RunnerToken> {
  const drawn = await filmwright(platform.home, ['runner', 'token', '--ttl', '5m', ...more, '--json']);
  assert.equal(drawn.status, 0, drawn.err);
  return JSON.parse(drawn.out) as RunnerToken;
}

function join1(home: string, ...more: readonly string[]): Running {
  return start(home, [
    'runner',
    '--join',
    token.url,
    '--token',
    token.token,
    '--slots',
    '2',
    '--grace',
    '60s',
    '--region',
    'test',
    ...more,
  ]);
}

/** The list once a runner with a credential is there. */
async function joined(home: string): Promise<RunnerList['runners'][number]> {
  for (let tries = 0; tries < 600; tries++) {
    const found = (await client.listRunners()).runners.find(({ credentialId }) => credentialId !== null);
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`no runner of ${home} joined within a minute`);
}

const of = (home: string, role: Process['role']): readonly Process[] => processesOf(home).filter((each) => each.role === role);

/** Sends a film in and waits until an ffmpeg of the runner works on it. */
async function encoding(title: string, home: string): Promise<string> {
  const { id } = await client.createBuild({ document: longFilm(title), files: {}, purpose: 'make' });
  await until(() => of(home, 'ffmpeg').length > 0, 'the runner encodes');
  return id;
}

/** The span of a film that is encoded once one is: ffmpeg looks at media too. */
async function encodingOf(build: string): Promise<BuildTask> {
  for (let tries = 0; tries < 600; tries++) {
    const found = (await client.listBuildTasks(build)).find(({ kind, state }) => kind === 'encode' && state === 'leased');
    if (found !== undefined && of(box, 'ffmpeg').length > 0) return found;
    await sleep(50);
  }
  throw new Error('no span was encoded within half a minute');
}

const states = async (build: string): Promise<readonly string[]> =>
  (await client.listBuildTasks(build)).filter(({ kind }) => kind === 'encode').map(({ state }) => state);

test('a machine that joined by a token tells what it has, and makes the same master as the platform itself', async () => {
  assert.match(token.url, /^https:/);
  const { slots, pool, region, machine, name } = await joined(box);
  assert.deepEqual({ slots, pool, region }, { slots: 2, pool: 'far', region: 'test' });
  assert.match(name, /\/[0-9a-f]{6}$/);
  assert.ok(machine !== null && machine.cores >= 1 && machine.memoryBytes > 1e8);
  assert.ok((machine.upBytesPerS ?? 0) > 0 && (machine.downBytesPerS ?? 0) > 0);
  const film = writeFilm(platform.home, tinyFilm);
  const far = await filmwright(platform.home, ['make', film, '--out', join(platform.home, 'out'), '--json']);
  assert.equal(far.status, 0, `${far.out}${far.err}`);
  const near = newHome();
  const made = await filmwright(near, ['make', writeFilm(near, tinyFilm), '--out', join(near, 'out'), '--json']);
  assert.equal(made.status, 0, `${made.out}${made.err}`);
  assert.equal(digestOf(join(platform.home, 'out/master.mp4')), digestOf(join(near, 'out/master.mp4')));
  assert.ok(!existsSync(join(box, 'media')), 'nothing is shared');
  const { cache } = await joined(box);
  assert.ok(cache !== null && cache.hits > 0 && cache.damaged === 0, JSON.stringify(cache));
});

test('a machine that joins with a driver unlike its library is listed with what is wrong and what to do', async () => {
  const { machine, devices } = await joined(box);
  assert.deepEqual(devices, []);
  const said = machine?.warnings.find((warning) => warning.includes(mismatch)) ?? '';
  assert.match(said, /restart the machine/);
  const { out } = await filmwright(platform.home, ['runner', 'list']);
  assert.ok(out.includes(`\n      ${said}`), out);
});

test('a token that was used lets no second machine in; the one that used it starts again with the same command', async () => {
  const thief = newHome();
  const refused = await join1(thief).ended;
  assert.notEqual(refused.status, 0);
  assert.match(refused.err, /token to join was used already/);
  process.kill(runner.pid, 'SIGTERM');
  assert.equal((await runner.ended).status, 0);
  assert.deepEqual((await client.listRunners()).runners, []);
  runner = join1(box, '--pool', 'another');
  assert.equal((await joined(box)).pool, 'far', 'the pool of its token is that of whoever drew it');
});

test('how a runner ended is kept by its command, and told by the next start', async () => {
  const { id } = await joined(box);
  // It has told its command that it joined once it was given something.
  const build = await encoding('Killed', box);
  for (const { pid } of of(box, 'runner')) killHard(pid);
  assert.equal((await runner.ended).status, 1);
  const kept = join(box, 'runner-end.json');
  const { runnerId, signal, peakMib } = JSON.parse(readFileSync(kept, 'utf8')) as RunnerEnd;
  assert.deepEqual([runnerId, signal, (peakMib ?? 0) > 0], [id, 'SIGKILL', true]);
  runner = join1(box);
  // It is removed once the gateway let its runner in, which tells it with its offer.
  await until(() => !existsSync(kept), 'the gateway took it');
  await client.cancelBuild(build);
  await until(() => of(box, 'ffmpeg').length === 0, 'the encoder ends');
});

test('a cancelled task leaves its place to another, and a cancelled build ends the encoder of a runner elsewhere at once and frees its slot', async (context) => {
  const build = await encoding('Cancelled', box);
  const { address } = await encodingOf(build);
  const first = new Set(of(box, 'ffmpeg').map(({ pid }) => pid));
  const stopped = await filmwright(platform.home, ['cancel', build, '--task', address]);
  assert.equal(stopped.out, `${address} is stopped, and begins anew on another runner where there is one.\n`, stopped.err);
  await until(() => of(box, 'ffmpeg').some(({ pid }) => !first.has(pid)), 'its place is used again');
  const startedMs = performance.now();
  await client.cancelBuild(build);
  await until(() => of(box, 'ffmpeg').length === 0, 'the encoder ends');
  context.diagnostic(`ended ${Math.round(performance.now() - startedMs)} ms after the cancel`);
  const next = await encoding('Next', box);
  await client.cancelBuild(next);
  await until(() => of(box, 'ffmpeg').length === 0, 'the encoder ends');
});

test('an encoder that stands still is ended and its task tried again', async () => {
  const build = await encoding('Stopped', box);
  for (const { pid } of of(box, 'ffmpeg')) process.kill(pid, 'SIGSTOP');
  const stopped = of(box, 'ffmpeg').map(({ pid }) => pid);
  await until(() => !of(box, 'ffmpeg').some(({ pid }) => stopped.includes(pid)), 'what stands still is ended');
  await until(() => of(box, 'ffmpeg').length > 0, 'the task is tried again');
  await client.cancelBuild(build);
  await until(() => of(box, 'ffmpeg').length === 0, 'the encoder ends');
});

test('kill -9 of the gateway in the middle of an upload: it goes on where it stood', async () => {
  const bytes = randomBytes(4 * 1024 ** 2);
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  const begun: number[] = [];
  const [gateway] = of(platform.home, 'gateway');
  const upload = client.resumeUpload({
    digest,
    bytes: bytes.length,
    mediaType: 'video/mp4',
    open(startByte) {
      begun.push(startByte);
      let at = startByte;
      return new ReadableStream({
        async pull(controller) {
          if (at >= bytes.length) return controller.close();
          // Slow enough that half of it is there when the gateway dies.
          await sleep(begun.length === 1 ? 30 : 0);
          if (begun.length === 1 && at >= bytes.length / 2) killHard(gateway?.pid ?? 0);
          controller.enqueue(bytes.subarray(at, at + 65_536));
          at += 65_536;
        },
      });
    },
  });
  assert.deepEqual(await upload, { digest, bytes: bytes.length, mediaType: 'video/mp4' });
  assert.ok(begun.length > 1 && (begun[1] ?? 0) > 0, `began at ${begun.join(', ')}`);
  assert.equal((await client.headAsset(digest))?.bytes, bytes.length);
});

test('a runner of another version is told so and is given only what it can do', async () => {
  const drawn = await client.createRunnerToken({ ttlMs: 60_000 });
  const secret = `fwc1.${randomBytes(32).toString('base64url')}`;
  const secretHash = hashOfSecret(secret);
  await createClient({ url: client.url, token: drawn.token }).exchangeRunnerToken({ name: 'old', secretHash });
  const old = createClient({ url: client.url, token: secret });
  const kinds = ['encode', 'subtitles'] as const;
  const versions = { encode: taskKinds.encode.version - 1, subtitles: taskKinds.subtitles.version };
  const offer = { name: 'old', pid: 1, slots: 1, kinds, versions, toolchain: {}, voices: [], models: [], fonts: [] };
  const { runnerId, refused } = await old.joinRunner(offer);
  assert.deepEqual(refused, [{ kind: 'encode', found: taskKinds.encode.version - 1, wanted: taskKinds.encode.version }]);
  await old.leaveRunner(runnerId);
});

test('a revoked credential locks its runner out, and what it worked on waits for others', async () => {
  const { credentialId } = await joined(box);
  const build = await encoding('Taken back', box);
  const revoked = await filmwright(platform.home, ['runner', 'revoke', credentialId ?? '']);
  assert.equal(revoked.status, 0, revoked.err);
  const ended = await runner.ended;
  assert.equal(ended.status, 1, ended.err);
  assert.match(ended.err, /revoked/);
  // What was killed is gone a moment later on a machine that has much to do.
  await until(() => processesOf(box).length === 0, 'nothing of it is left');
  assert.ok(
    (await states(build)).every((state) => state !== 'leased'),
    (await states(build)).join(),
  );
  const again = await join1(box).ended;
  assert.equal(again.status, 1);
  assert.match(again.err, /was used already/);
  await client.cancelBuild(build);
});

test('a revoked machine is let in by a new token, and is of the pool that its command names where the token names none', async () => {
  token = await draw();
  runner = join1(box, '--pool', 'near');
  assert.equal((await joined(box)).pool, 'near');
});
