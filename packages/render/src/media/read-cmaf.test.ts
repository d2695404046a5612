import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { spawnFfmpegPipe } from '../ffmpeg/ffmpeg-pipe.ts';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { encodeArguments } from '../plan/encode-arguments.ts';
import { readCmaf } from './read-cmaf.ts';
import { settleOffsets } from './settle-offsets.ts';

let toolset: Toolset;
let dir = '';
before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-cmaf-'));
});
after(() => rm(dir, { recursive: true }));

test('a span is a track of one fragment per group of pictures, each with its length', async () => {
  const outPath = join(dir, 'span.mp4');
  const settings = { codec: 'h264', preset: 'veryfast', crf: 30, gopFrames: 20, threads: 1 } as const;
  const encoder = spawnFfmpegPipe({
    toolset,
    purpose: 'testing',
    args: encodeArguments({ settings, width: 64, height: 36, fps: 25, outPath }),
  });
  for (let frame = 0; frame < 50; frame++) await encoder.write(new Uint8Array(64 * 36 * 1.5).fill(frame * 5));
  await encoder.finish();
  const cmaf = await readCmaf(outPath, (50 * 90_000) / 25);
  assert.match(cmaf.codec, /^avc1\.64[0-9a-f]{4}$/);
  assert.equal(cmaf.timescale, 90_000);
  assert.deepEqual(
    cmaf.fragments.map(({ ticks }) => ticks),
    [72_000, 72_000, 36_000],
  );
  assert.equal(cmaf.fragments[0]?.offset, cmaf.initBytes);
  assert.equal(cmaf.fragments[1]?.offset, cmaf.initBytes + (cmaf.fragments[0]?.bytes ?? 0));
});

test('a span starts with its first picture, however many B-pictures it has', async () => {
  for (const frames of [1, 2, 50]) {
    const outPath = join(dir, `start-${frames}.mp4`);
    const settings = { codec: 'h264', preset: 'medium', crf: 30, gopFrames: 20, threads: 1 } as const;
    const encoder = spawnFfmpegPipe({
      toolset,
      purpose: 'testing',
      args: encodeArguments({ settings, width: 64, height: 36, fps: 25, outPath }),
    });
    for (let frame = 0; frame < frames; frame++) await encoder.write(new Uint8Array(64 * 36 * 1.5).fill(frame * 5));
    await encoder.finish();
    await settleOffsets(outPath);
    const wanted = Array.from({ length: frames }, (_, frame) => frame * 3600);
    assert.deepEqual(shownAt(readFileSync(outPath)), wanted);
    await settleOffsets(outPath);
    assert.deepEqual(shownAt(readFileSync(outPath)), wanted);
  }
});

/** When each picture of a fragmented file is shown, in order, read by the boxes alone: ffmpeg's own reading takes the delay for the start. */
function shownAt(file: Buffer): readonly number[] {
  const times: number[] = [];
  for (let at = file.indexOf('moof'); at > 0; at = file.indexOf('moof', at + 4)) {
    const time = Number(file.readBigUInt64BE(file.indexOf('tfdt', at) + 8));
    const run = file.indexOf('trun', at);
    const flags = file.readUInt32BE(run + 4) & 0xffffff;
    assert.equal(flags & ~0xa00, 0x5, 'data offset and first flags, then at most size and offset of each sample');
    const step = (flags & 0x200 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
    const count = file.readUInt32BE(run + 8);
    for (let sample = 0; sample < count; sample++) {
      const end = run + 20 + (sample + 1) * step;
      times.push(time + sample * 3600 + (flags & 0x800 ? file.readInt32BE(end - 4) : 0));
    }
  }
  return times.sort((a, b) => a - b);
}

test('a file without fragments is told', async () => {
  const path = join(dir, 'plain.mp4');
  const input = { from: { lavfi: 'testsrc=s=64x36:r=25:d=1' } };
  await runFfmpeg({
    toolset,
    purpose: 'testing',
    description: { inputs: [input], outputs: [{ options: { 'c:v': 'libx264' }, to: { file: path } }] },
  });
  await assert.rejects(readCmaf(path, 90_000), { code: 'internal', message: /not a CMAF track: it has no header or no fragment/ });
});
