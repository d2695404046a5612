import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { spawnFfmpegPipe } from '../ffmpeg/ffmpeg-pipe.ts';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { encodeArguments } from '../plan/encode-arguments.ts';
import { assemble } from './assemble.ts';
import { frameTimes, probeJson } from './probe.ts';

const size = { width: 64, height: 36 };
let toolset: Toolset;
let dir: string;

before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-assemble-'));
});
after(() => rm(dir, { recursive: true }));

type Span = { readonly name: string; readonly frames: number; readonly fps: number; readonly first: number; readonly still?: boolean };

async function makeSpan({ name, frames, fps, first, still = false }: Span) {
  const path = join(dir, name);
  const settings = { codec: 'h264', preset: 'veryfast', crf: 18, gopFrames: fps, threads: 1 } as const;
  const encoder = spawnFfmpegPipe({
    toolset,
    purpose: 'encoding a span',
    args: encodeArguments({ settings, ...size, fps, outPath: path }),
  });
  const frame = new Uint8Array((size.width * size.height * 3) / 2).fill(128);
  for (let at = 0; at < frames; at += 1) {
    frame.fill(still ? 90 : 20 + ((first + at) % 10) * 20, 0, size.width * size.height);
    await encoder.write(frame);
  }
  await encoder.finish();
  return { path, frames };
}

for (const fps of [24, 25, 30, 50, 60])
  test(`joined spans stand on the frame grid at ${fps} fps`, async () => {
    const spans = [];
    let first = 0;
    for (const frames of [fps + 7, 1, 2 * fps]) {
      spans.push(await makeSpan({ name: `it's ${fps}-${first}.mp4`, frames, fps, first }));
      first += frames;
    }
    const outPath = join(dir, `${fps}.mp4`);
    const made = await assemble({ spans, soundPath: null, fps, title: 'A day', language: 'pt-BR', outPath, workDir: dir, toolset });
    assert.equal(made.frames, first);
    const times = await frameTimes({ path: outPath, frameTicks: 90_000 / fps, toolset });
    assert.deepEqual(times, { frames: first, firstTick: 0, endTick: (first * 90_000) / fps, even: true });
    const { stdout } = await runFfmpeg({
      toolset,
      purpose: 'decoding a film',
      maxStdoutBytes: 1 << 24,
      args: ['-v', 'error', '-xerror', '-i', outPath, '-vf', 'scale=1:1', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'],
    });
    assert.equal(stdout.length, first);
    for (const [at, luma] of stdout.entries())
      assert.ok(Math.abs(luma - ((20 + (at % 10) * 20 - 16) * 255) / 219) < 12, `frame ${at} shows ${luma}`);
  });

test('a film that starts with a still span is as long as its frames', async () => {
  const spans = [
    await makeSpan({ name: 'still.mp4', frames: 2, fps: 30, first: 0, still: true }),
    await makeSpan({ name: 'moving.mp4', frames: 60, fps: 30, first: 30 }),
  ];
  const outPath = join(dir, 'still-first.mp4');
  await assemble({ spans, soundPath: null, fps: 30, title: 'Still', language: 'en', outPath, workDir: dir, toolset });
  const { streams } = (await probeJson({ toolset, purpose: 'looking at a film', args: ['-show_streams', outPath] })) as {
    streams: readonly { duration: string; nb_frames: string; start_time: string }[];
  };
  assert.deepEqual(
    [Number(streams[0]?.duration).toFixed(4), streams[0]?.nb_frames, Number(streams[0]?.start_time)],
    [(62 / 30).toFixed(4), '62', 0],
  );
});

test('a master has title, language, colour, sound and its header in front, and the same bytes each time', async () => {
  const spans = [
    await makeSpan({ name: 'a.mp4', frames: 30, fps: 30, first: 0 }),
    await makeSpan({ name: 'b.mp4', frames: 30, fps: 30, first: 30 }),
  ];
  const soundPath = join(dir, 'sound.m4a');
  await runFfmpeg({
    toolset,
    purpose: 'making a tone',
    args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=440:r=48000:d=2', '-ac', '2', '-c:a', 'aac', soundPath],
  });
  const make = async (name: string) => {
    const outPath = join(dir, name);
    await assemble({ spans, soundPath, fps: 30, title: 'Ein Tag: "é"', language: 'de', outPath, workDir: dir, toolset });
    return outPath;
  };
  const path = await make('one.mp4');
  const bytes = await readFile(path);
  assert.ok(bytes.equals(await readFile(await make('two.mp4'))));
  assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'));
  assert.ok(bytes.indexOf('colr') > 0);
  const seen = JSON.stringify(await probeJson({ toolset, purpose: 'looking at a film', args: ['-show_streams', '-show_format', path] }));
  for (const wanted of [
    '"title":"Ein Tag: \\"é\\""',
    '"language":"deu"',
    '"color_primaries":"bt709"',
    '"color_range":"tv"',
    '"codec_name":"aac"',
  ])
    assert.ok(seen.includes(wanted), `${wanted} in ${seen}`);
  assert.ok(!seen.includes('creation_time'));
});

test('a span with too few frames is told, not shown', async () => {
  const span = await makeSpan({ name: 'short.mp4', frames: 10, fps: 30, first: 0 });
  const joining = assemble({
    spans: [{ ...span, frames: 12 }],
    soundPath: null,
    fps: 30,
    title: '',
    language: 'en',
    outPath: join(dir, 'x.mp4'),
    workDir: dir,
    toolset,
  });
  await assert.rejects(joining, { code: 'program-failed', message: /found 10 frames.*wanted 12/ });
});
