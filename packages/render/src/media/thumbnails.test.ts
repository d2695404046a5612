import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { spawnFfmpegPipe } from '../ffmpeg/ffmpeg-pipe.ts';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { encodeArguments } from '../plan/encode-arguments.ts';
import { fragmentSound } from './fragment-sound.ts';
import { probeJson } from './probe.ts';
import { makeThumbnails } from './thumbnails.ts';

let toolset: Toolset;
let dir = '';
before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-thumbnails-'));
});
after(() => rm(dir, { recursive: true }));

/** A span whose frames are plain grey, each a level of its own. */
async function greySpan(name: string, levels: readonly number[]) {
  const path = join(dir, name);
  const settings = { codec: 'h264', preset: 'ultrafast', crf: 10, gopFrames: 25, threads: 1 } as const;
  const encoder = spawnFfmpegPipe({
    toolset,
    purpose: 'testing',
    args: encodeArguments({ settings, width: 64, height: 36, fps: 25, outPath: path }),
  });
  for (const level of levels) await encoder.write(new Uint8Array(64 * 36 * 1.5).fill(128).fill(level, 0, 64 * 36));
  await encoder.finish();
  return { path, frames: levels.length };
}

async function greys(path: string, size: string): Promise<Uint8Array> {
  const args = ['-v', 'error', '-i', path, '-vf', `scale=${size}:flags=area`, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  return (await runFfmpeg({ toolset, purpose: 'testing', args, maxStdoutBytes: 1 << 20 })).stdout;
}

test('one tile per second stands on its place, across spans, and the poster is the frame that was asked for', async () => {
  const level = (frame: number): number => 20 + Math.floor(frame / 25) * 25;
  const frames = Array.from({ length: 160 }, (_, frame) => level(frame));
  const spans = [await greySpan('a.mp4', frames.slice(0, 60)), await greySpan('b.mp4', frames.slice(60))];
  const { posterPath, sheetPaths, tiles } = await makeThumbnails({
    spans,
    fps: 25,
    everyMs: 1000,
    tileWidth: 32,
    tileHeight: 18,
    columns: 2,
    rows: 2,
    poster: { path: spans[0]?.path ?? '', frame: 30 },
    workDir: dir,
    toolset,
  });
  assert.equal(tiles, 7);
  assert.equal(sheetPaths.length, 2);
  const found = (await Promise.all(sheetPaths.map((path) => greys(path, '2:2')))).flatMap((sheet) => [...sheet]);
  // Limited range becomes full range in JPEG.
  const full = (luma: number): number => ((luma - 16) * 255) / 219;
  for (let tile = 0; tile < tiles; tile++) {
    const wanted = full(level(tile * 25));
    assert.ok(Math.abs((found[tile] ?? 0) - wanted) < 6, `tile ${tile}: ${found[tile]}, wanted ${wanted}`);
  }
  const [poster] = await greys(posterPath, '1:1');
  assert.ok(Math.abs((poster ?? 0) - full(level(30))) < 6, `poster ${poster}`);
});

test('a sound is laid out in fragments of about four seconds and stays the same sound', async () => {
  const soundPath = join(dir, 'sound.m4a');
  const tone = ['-v', 'error', '-f', 'lavfi', '-i', 'sine=440:r=48000:d=10.005333', '-ac', '2', '-c:a', 'aac', soundPath];
  await runFfmpeg({ toolset, purpose: 'testing', args: tone });
  const outPath = join(dir, 'fragments.mp4');
  const cmaf = await fragmentSound({ soundPath, samples: 480_256, outPath, toolset });
  assert.deepEqual([cmaf.codec, cmaf.timescale], ['mp4a.40.2', 48_000]);
  const ticks = cmaf.fragments.map((fragment) => fragment.ticks);
  assert.equal(ticks.length, 3);
  assert.ok(ticks.slice(0, 2).every((each) => Math.abs(each - 192_000) < 2048));
  assert.equal(
    ticks.reduce((sum, each) => sum + each, 0),
    480_256 + 1024,
  );
  const seen = (await probeJson({
    toolset,
    purpose: 'testing',
    args: ['-show_entries', 'packet=size', '-select_streams', 'a', `file:${outPath}`],
  })) as { packets: unknown[] };
  assert.equal(seen.packets.length, 470);
});
