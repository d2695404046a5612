import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@filmwright/client';
import { mountedStoreOfTest, untilSeen } from './mounted-store.ts';

let daemon: ChildProcess | null = null;
const store = mountedStoreOfTest(() => {
  daemon?.kill('SIGCONT');
  daemon?.kill('SIGKILL');
});
const { box, mount } = store;

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
  const { client, ended, close } = await store.open(context, async (media) => {
    daemon = spawn('bindfs', ['-f', '--multithreaded', media, mount], { stdio: 'ignore' });
    await untilSeen(async () => readFileSync('/proc/mounts', 'utf8').includes(mount), 'the folder is mounted');
  });
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
  const one = await order('One', 0);
  await untilSeen(
    async () => (await client.listBuildTasks(one.id)).some(({ kind, state }) => kind === 'encode' && state === 'leased'),
    'it encodes',
  );
  await sleep(1500);
  const beganMs = performance.now();
  daemon?.kill('SIGSTOP');
  const states = new Set<string>();
  await ended(one.id, async () => {
    for (const { state } of (await client.fleet()).runners) states.add(state);
  });
  context.diagnostic(`made ${Math.round(performance.now() - beganMs)} ms after the mount hung, by a runner that was ${[...states].join()}`);
  assert.ok(!states.has('silent'));
  daemon?.kill('SIGCONT');
  await sleep(8000);
  const two = await order('Two', 1);
  await ended(two.id);
  await close();
});
