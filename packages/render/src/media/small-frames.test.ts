import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { watchCuts } from './scene-cuts.ts';
import { smallFrames } from './small-frames.ts';

test('the frames of a part of a clip come small and in order, and cuts are seen at their frame, movement is none', async (t) => {
  const toolset = await findFfmpeg();
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-frames-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'clip.mp4');
  // Movement for two seconds, another scene for one, and back.
  const source = `testsrc=size=640x360:rate=25:duration=2,format=yuv420p[a];mandelbrot=size=640x360:rate=25:maxiter=60,trim=end_frame=25,setpts=PTS-STARTPTS,format=yuv420p[b];testsrc2=size=640x360:rate=25:duration=1,format=yuv420p[c];[a][b][c]concat=n=3`;
  const encoding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoding, path]);
  const watch = watchCuts();
  const cuts: number[] = [];
  let count = 0;
  for await (const { index, width, height, rgba } of smallFrames({
    path,
    toolset,
    longSide: 160,
    range: { fromMs: 1000, untilMs: 3600 },
  })) {
    assert.deepEqual([index, width, height, rgba.length], [count++, 160, 90, 160 * 90 * 4]);
    if (watch.seen({ width, height, rgba })) cuts.push(index);
  }
  assert.equal(count, 65);
  assert.deepEqual(cuts, [25, 50]);
});
