import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@filmwright/client';
import type { RunnerToken } from '@filmwright/contracts';
import { filmwright, homesOfTest, platformOfTest, start } from '../journeys/platform-home.ts';

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const untilMs = performance.now() + 120_000; !(await holds()); await sleep(100))
    if (performance.now() > untilMs) throw new Error(`waited two minutes until ${what}`);
}

const newHome = homesOfTest();
const platform = platformOfTest('--runners', '0');
const box = newHome();
const mount = mkdtempSync(join(tmpdir(), 'filmwright-hung-'));
let daemon: ChildProcess | null = null;
after(() => {
  daemon?.kill('SIGCONT');
  daemon?.kill('SIGKILL');
  spawnSync('umount', ['-l', mount]);
  rmSync(mount, { recursive: true, force: true });
});

/** Why no folder can be mounted through a process of its own; false where one can. */
function missing(): string | false {
  if (spawnSync('bindfs', ['--version']).error !== undefined) return 'bindfs is not installed';
  try {
    accessSync('/dev/fuse');
  } catch {
    return 'there is no /dev/fuse';
  }
  return false;
}

/** A clip of so many bits that a task reads it for as long as it works on it. */
async function largeClip(client: Client): Promise<string> {
  const path = join(box, 'large.mkv');
  const made = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=25:d=8', '-vf', 'noise=alls=40:allf=t', '-c:v', 'mjpeg', '-q:v', '3', path];
  assert.equal(spawnSync('ffmpeg', ['-v', 'error', ...made]).status, 0);
  const bytes = readFileSync(path);
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}` as const;
  await client.putAsset({ digest, mediaType: 'video/x-matroska', open: () => new Blob([bytes]).stream() });
  return digest;
}

test('a store whose mount hangs costs no task a try and no runner its life, and is used again once it answers', {
  skip: missing(),
}, async (context) => {
  const { url, token } = await platform.open();
  const client = createClient({ url, token });
  daemon = spawn('bindfs', ['-f', '--multithreaded', join(platform.home, 'media'), mount], { stdio: 'ignore' });
  await until(async () => readFileSync('/proc/mounts', 'utf8').includes(mount), 'the folder is mounted');
  const drawn = JSON.parse((await filmwright(platform.home, ['runner', 'token', '--json'])).out) as RunnerToken;
  process.env.FILMWRIGHT_MEDIA = mount;
  const runner = start(box, ['runner', '--join', drawn.url, '--token', drawn.token, '--slots', '2']);
  await until(async () => (await client.listRunners()).runners.length === 1, 'the runner is there');
  const files = { 'large.mkv': await largeClip(client) };
  const order = (title: string, from: number) => {
    const shots = Array.from({ length: 3 }, (_, at) => ({
      id: `s${at}`,
      length: '2s',
      visual: { clip: 'large.mkv', from: `${from + at * 2}s`, to: `${from + at * 2 + 2}s` },
    }));
    return client.createBuild({
      ...{ document: { title, format: { resolution: '720p', fps: 25 }, storyboard: shots }, files, purpose: 'make' },
    });
  };
  const tasks = async (id: string, state: string) => (await client.listBuildTasks(id)).filter((task) => task.state === state);
  const states = new Set<string>();
  const ended = async (id: string): Promise<void> => {
    await until(async () => {
      for (const { state } of (await client.fleet()).runners) states.add(state);
      return ['succeeded', 'failed'].includes((await client.getBuild(id)).state);
    }, 'the film is made');
    assert.equal((await client.getBuild(id)).state, 'succeeded');
    const { attempts } = await client.buildCourse(id);
    context.diagnostic(attempts.map(({ outcome }) => outcome).join());
    assert.deepEqual(
      attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'lost'),
      [],
    );
  };
  const one = await order('One', 0);
  await until(async () => (await tasks(one.id, 'leased')).some(({ kind }) => kind === 'encode'), 'it encodes');
  await sleep(1500);
  const beganMs = performance.now();
  daemon.kill('SIGSTOP');
  await ended(one.id);
  context.diagnostic(`made ${Math.round(performance.now() - beganMs)} ms after the mount hung, by a runner that was ${[...states].join()}`);
  assert.ok(!states.has('silent'));
  daemon.kill('SIGCONT');
  await sleep(8000);
  const two = await order('Two', 1);
  await ended(two.id);
  process.kill(runner.pid, 'SIGTERM');
  const { err } = await runner.ended;
  context.diagnostic(err.slice(-3000));
  const said = err.split('\n').filter((line) => line.includes('the mounted store'));
  context.diagnostic(said.join('\n'));
  assert.deepEqual([said.length, /is gone/.test(said[0] ?? ''), /there again/.test(said[1] ?? '')], [2, true, true]);
});
