import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { captionOnsetError } from './caption-onsets.ts';
import { measureMaster } from './measure.ts';
import { soundLevels } from './sound-levels.ts';

let toolset: Toolset;
let dir: string;
const make = (args: readonly string[]) => runFfmpeg({ toolset, purpose: 'making a test file', args: ['-v', 'error', '-y', ...args] });

before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-measure-'));
});
after(() => rm(dir, { recursive: true }));

test('a master is measured as a viewer gets it', async () => {
  const path = join(dir, 'film.mp4');
  const tags = [
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-colorspace',
    'bt709',
    '-color_range',
    'tv',
    '-movflags',
    '+write_colr',
  ];
  const picture = ['-f', 'lavfi', '-i', 'testsrc=s=64x36:r=25:d=3', '-f', 'lavfi', '-i', 'sine=1000:r=48000:d=3,volume=6dB'];
  await make([
    ...picture,
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    '-threads',
    '1',
    '-video_track_timescale',
    '90000',
    ...tags,
    '-ac',
    '2',
    '-c:a',
    'aac',
    path,
  ]);
  const { soundMs, ...rest } = await measureMaster({ path, fps: 25, toolset });
  const { loudnessLufs, truePeakDb, loudnessRangeLu } = await soundLevels({ path, toolset });
  assert.deepEqual(rest, {
    frames: 75,
    width: 64,
    height: 36,
    videoMs: 3000,
    colour: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
  });
  // ffmpeg's sine has -18.06 dBFS; 6 dB up, 3 dB down on each side, and a 1 kHz sine in both channels has as many LUFS as dBFS.
  assert.ok(Math.abs((loudnessLufs ?? 0) + 15.07) < 0.2, `${loudnessLufs} LUFS`);
  assert.ok(Math.abs((truePeakDb ?? 0) + 14.5) < 1.5, `${truePeakDb} dBTP`);
  assert.ok(Math.abs((soundMs ?? 0) - 3000) < 22);
  assert.equal(typeof loudnessRangeLu, 'number');
});

test('a film without sound has no length of sound', async () => {
  const path = join(dir, 'silent.mp4');
  await make(['-f', 'lavfi', '-i', 'testsrc=s=64x36:r=25:d=1', '-c:v', 'libx264', '-video_track_timescale', '90000', path]);
  const found = await measureMaster({ path, fps: 25, toolset });
  assert.deepEqual([found.frames, found.soundMs], [25, null]);
});

test('caption times are held against the places where the voice rises out of silence', async () => {
  const path = join(dir, 'voice.wav');
  const spoken = 'between(t,0.3,0.8)+between(t,0.85,1.2)+between(t,1.6,2.2)';
  await make([
    '-f',
    'lavfi',
    '-i',
    `anoisesrc=r=24000:d=2.5:seed=5:a=0.4,asetnsamples=60,volume='0.0005+${spoken}':eval=frame`,
    '-ac',
    '1',
    path,
  ]);
  const found = await captionOnsetError({ voices: [{ path, startsMs: [310, 1650] }], toolset });
  assert.equal(found?.words, 2);
  assert.ok(Math.abs((found?.p50Ms ?? 0) - 10) <= 6 && Math.abs((found?.p95Ms ?? 0) - 50) <= 6, JSON.stringify(found));
  assert.equal(await captionOnsetError({ voices: [], toolset }), null);
});
