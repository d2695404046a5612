import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { asDiskFull } from '../ffmpeg/disk-full.ts';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { wasKilled } from '../ffmpeg/start-program.ts';
import { normaliseUpload } from './normalise.ts';

let toolset: Toolset;
let dir: string;
before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-fault-'));
});
after(() => rm(dir, { recursive: true }));

const describeFont = () => ({ family: '', weight: 400, licence: '' });

/** An ffmpeg that does something else instead. */
async function standIn(name: string, script: string): Promise<Toolset> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return { ...toolset, ffmpeg: path };
}

async function take(expect: 'picture' | 'sound' | 'clip', ffmpeg: Toolset): Promise<unknown> {
  const path = join(dir, `upload-${expect}`);
  const source = {
    picture: ['color=red:s=8x8', 'image2', 'png'],
    sound: ['sine=d=0.1', 'wav', 'pcm_s16le'],
    clip: ['color=red:d=0.2:s=16x16', 'mp4', 'libx264'],
  };
  const [lavfi = '', format = '', codec = ''] = source[expect];
  const one = expect === 'picture' ? ['-frames:v', '1'] : [];
  await runFfmpeg({
    toolset,
    purpose: 'making',
    args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', lavfi, ...one, '-c', codec, '-f', format, path],
  });
  const outDir = join(dir, `out-${expect}-${ffmpeg.ffmpeg.replaceAll('/', '-')}`);
  await mkdir(outDir);
  return normaliseUpload({ path, name: 'upload', expect, outDir, toolset: ffmpeg, describeFont });
}

for (const expect of ['picture', 'sound', 'clip'] as const)
  test(`a ${expect} is not blamed when its reader is killed or the disk is full`, async () => {
    const killed = await standIn(`killed-${expect}`, 'kill -9 $$');
    await assert.rejects(take(expect, killed), (error) => wasKilled(error) && (error as { retryable?: boolean }).retryable === true);
    const full = await standIn(`full-${expect}`, 'echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1');
    await assert.rejects(take(expect, full), { code: 'disk-full', message: /^The disk became full while/ });
  });

test('a clip that uses up its time is blamed', async () => {
  const slow = await standIn('slow', 'echo "Exiting normally, received signal 24." >&2; exit 255');
  await assert.rejects(take('clip', slow), { code: 'media-invalid' });
});

test('a full disk is told from our own writing too', () => {
  assert.equal((asDiskFull(Object.assign(new Error('x'), { code: 'ENOSPC' }), 'mixing') as { code: string }).code, 'disk-full');
  const other = new Error('y');
  assert.equal(asDiskFull(other, 'mixing'), other);
});
