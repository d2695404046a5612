import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SoundComposition } from '@filmwright/contracts';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { soundLevels } from '../media/sound-levels.ts';
import { mixSound } from './mix-sound.ts';
import { writeMix } from './write-mix.ts';

let toolset: Toolset;
let dir: string;
const pathOf = async (name: string) => join(dir, name);

before(async () => {
  toolset = await findFfmpeg();
  dir = await mkdtemp(join(tmpdir(), 'filmwright-mix-'));
  const make = (name: string, source: string, more: readonly string[] = []) =>
    runFfmpeg({ toolset, purpose: 'making a sound', args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...more, join(dir, name)] });
  // Speech-like: noise in syllables of 4 Hz.
  await make('voice.wav', "anoisesrc=r=22050:d=2.5:c=pink:seed=7:a=0.6,volume='0.05+0.95*pow(abs(sin(2*PI*2*t)),2)':eval=frame", [
    '-ac',
    '1',
  ]);
  await make('click.wav', "aevalsrc='eq(n,0)*0.5':s=16000:d=0.5", ['-ac', '1']);
  await make('level.wav', 'sine=300:r=48000:d=1', ['-ac', '1', '-c:a', 'pcm_f32le']);
  await make('music.flac', 'anoisesrc=r=44100:d=4:c=brown:seed=3:a=0.5', ['-ac', '2']);
});
after(() => rm(dir, { recursive: true }));

const composition = (more: Partial<SoundComposition>): SoundComposition => ({
  samples: 48_000,
  voices: [],
  effects: [],
  music: null,
  loudnessLufs: -14,
  truePeakDb: -1.5,
  bitrateKbps: 192,
  ...more,
});
const music = { asset: 'music.flac', gainDb: -6, duckDb: 12, fadeInSamples: 48_000, fadeOutSamples: 96_000 };

async function mixOf(sound: SoundComposition): Promise<Float32Array> {
  const mixPath = join(dir, 'mix.f32');
  await writeMix({ sound, pathOf, mixPath, workDir: dir, toolset });
  const bytes = await readFile(mixPath);
  await rm(mixPath);
  assert.equal(bytes.byteLength, sound.samples * 8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const rmsDb = (mix: Float32Array, [fromMs, untilMs]: readonly [number, number]): number => {
  const part = mix.subarray(fromMs * 96, untilMs * 96);
  return 10 * Math.log10(part.reduce((sum, value) => sum + value * value, 0) / part.length);
};

test('voices stand at their sample, at their own level, on both sides', async () => {
  const mix = await mixOf(composition({ samples: 144_000, voices: [{ asset: 'click.wav', startSample: 47_990, gainDb: 0 }] }));
  const peak = mix.reduce((at, value, index) => (Math.abs(value) > Math.abs(mix[at] ?? 0) ? index : at), 0);
  assert.equal(peak >> 1, 47_990);
  assert.equal(mix[peak], mix[peak ^ 1]);
  const level = await mixOf(composition({ voices: [{ asset: 'level.wav', startSample: 0, gainDb: 6.0206 }] }));
  assert.ok(Math.abs(Math.max(...level.subarray(0, 40_000)) - 0.25) < 0.002);
});

test('music gives way before a voice speaks and comes back after it', async () => {
  const silent = { asset: 'click.wav', startSample: 5 * 48_000, gainDb: -90 };
  const plain = await mixOf(composition({ samples: 480_000, music }));
  const ducked = await mixOf(composition({ samples: 480_000, music, voices: [silent] }));
  const change = (range: readonly [number, number]) => rmsDb(ducked, range) - rmsDb(plain, range);
  assert.ok(Math.abs(change([3000, 4800])) < 0.1);
  assert.ok(change([4990, 5010]) < -7);
  assert.ok(change([5200, 5500]) < -11);
  assert.ok(change([6600, 7500]) > -0.3);
});

test('short music is looped without a gap and faded at both ends', async () => {
  const mix = await mixOf(composition({ samples: 480_000, music }));
  assert.ok(rmsDb(mix, [0, 100]) < rmsDb(mix, [1500, 2000]) - 20);
  assert.ok(rmsDb(mix, [9900, 10_000]) < rmsDb(mix, [1500, 2000]) - 20);
  for (let at = 1000; at < 8000; at += 250) assert.ok(rmsDb(mix, [at, at + 250]) > rmsDb(mix, [1500, 7500]) - 8, `music at ${at} ms`);
});

test('a finished sound has its loudness, its peak, its length and the same bytes each time', async () => {
  const sound = composition({
    samples: 8 * 48_000 + 333,
    voices: [0.5, 3, 5.4].map((second) => ({ asset: 'voice.wav', startSample: Math.round(second * 48_000), gainDb: 0 })),
    effects: [{ asset: 'music.flac', startSample: -100, fromMs: 500, samples: 96_000, speed: 1, gainDb: -12, duckDb: 0 }],
    music,
  });
  const make = async (name: string) => {
    const outPath = join(dir, name);
    const made = await mixSound({ sound, pathOf, outPath, workDir: dir, toolset });
    return { ...made, outPath, bytes: await readFile(outPath) };
  };
  const one = await make('one.m4a');
  assert.equal(one.samples, Math.round(sound.samples / 1024) * 1024);
  const levels = await soundLevels({ path: one.outPath, toolset });
  assert.ok(Math.abs((levels.loudnessLufs ?? 0) + 14) <= 0.5, `${levels.loudnessLufs} LUFS`);
  const heard = levels.curve.map(([, lufs]) => lufs);
  assert.ok(levels.curve.length >= 4 && levels.curve.every(([atMs], index) => atMs === index * 500), JSON.stringify(levels.curve));
  assert.ok(Math.max(...heard) > -20 && Math.max(...heard) < -8, JSON.stringify(levels.curve));
  assert.ok((levels.truePeakDb ?? 0) <= -1, `${levels.truePeakDb} dBTP`);
  assert.ok(one.bytes.equals((await make('two.m4a')).bytes));
  const { stdout } = await runFfmpeg({
    toolset,
    purpose: 'decoding',
    maxStdoutBytes: 1 << 24,
    args: ['-v', 'error', '-i', one.outPath, '-f', 's16le', '-ac', '1', '-'],
  });
  assert.equal(stdout.length / 2, one.samples);
  assert.deepEqual(
    (await readdir(dir)).filter((name) => name.endsWith('.f32')),
    [],
  );
});

test('the limiter and the encoder leave a click where it was', async () => {
  const outPath = join(dir, 'click.m4a');
  const sound = composition({ voices: [{ asset: 'click.wav', startSample: 24_000, gainDb: 0 }] });
  await mixSound({ sound, pathOf, outPath, workDir: dir, toolset });
  const { stdout } = await runFfmpeg({
    toolset,
    purpose: 'decoding',
    maxStdoutBytes: 1 << 24,
    args: ['-v', 'error', '-i', outPath, '-f', 's16le', '-ac', '1', '-'],
  });
  const heard = new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
  const peak = heard.reduce((at, value, index) => (Math.abs(value) > Math.abs(heard[at] ?? 0) ? index : at), 0);
  assert.ok(Math.abs(peak - 24_000) <= 2, `found at ${peak}`);
});

test('a silent film keeps its silence', async () => {
  const outPath = join(dir, 'silent.m4a');
  const sound = composition({ voices: [{ asset: 'click.wav', startSample: 0, gainDb: -200 }] });
  const made = await mixSound({ sound, pathOf, outPath, workDir: dir, toolset });
  assert.deepEqual(made, { samples: 48_128, gainDb: 0 });
});

const effect = { asset: 'level.wav', startSample: 0, fromMs: 0, samples: 48_000, speed: 1, gainDb: 0, duckDb: 0 };

test("a clip's own sound gives way to a voice by what is asked, and not where it is kept", async () => {
  const voices = [{ asset: 'click.wav', startSample: 24_000, gainDb: -60 }];
  const looped = [0, 1, 2].map((pass) => ({ ...effect, startSample: pass * 48_000 }));
  const levels = async (duckDb: number) => {
    const mix = await mixOf(composition({ samples: 144_000, voices, effects: looped.map((each) => ({ ...each, duckDb })) }));
    return { under: rmsDb(mix, [600, 900]), alone: rmsDb(mix, [2300, 2900]) };
  };
  const kept = await levels(0);
  assert.ok(Math.abs(kept.under - kept.alone) < 0.3, JSON.stringify(kept));
  const ducked = await levels(12);
  assert.ok(Math.abs(ducked.alone - kept.alone) < 0.5, JSON.stringify(ducked));
  assert.ok(Math.abs(ducked.alone - ducked.under - 12) < 1.2, JSON.stringify(ducked));
});

test("a clip's sound plays at its speed for exactly its length, at the pitch that it had", async () => {
  for (const [speed, samples] of [
    [2, 24_000],
    [4, 11_000],
    [0.5, 90_000],
  ] as const) {
    const mix = await mixOf(composition({ samples: 96_000, effects: [{ ...effect, samples, speed }] }));
    const left = mix.filter((_, at) => at % 2 === 0);
    const last = left.findLastIndex((value) => Math.abs(value) > 1e-5);
    assert.ok(last < samples && last > samples - 2400, `speed ${speed}: sounds until ${last}, wanted ${samples}`);
    const middle = left.subarray(Math.round(samples * 0.3), Math.round(samples * 0.7));
    let crossings = 0;
    for (let at = 1; at < middle.length; at++) if ((middle[at - 1] as number) < 0 && (middle[at] as number) >= 0) crossings++;
    const hertz = (crossings * 48_000) / middle.length;
    assert.ok(Math.abs(hertz - 300) < 12, `speed ${speed}: ${hertz} Hz`);
  }
});

test("a clip's sound rises and falls over thirty milliseconds, so that it never clicks", async () => {
  const mix = await mixOf(composition({ effects: [{ ...effect, startSample: 4800, fromMs: 200, samples: 24_000 }] }));
  const steps = mix.map((value, at) => (at < 2 ? 0 : Math.abs(value - (mix[at - 2] as number))));
  // No step is larger than those of the tone itself.
  const largest = steps.subarray(20_000, 40_000).reduce((most, step) => Math.max(most, step), 0);
  assert.ok(steps.every((step) => step <= largest * 1.02));
  assert.ok(rmsDb(mix, [100, 105]) < rmsDb(mix, [140, 200]) - 12, 'it begins softly');
});
