import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { alignWords } from './align/align-words.ts';
import { melFeatures } from './align/mel-features.ts';
import { silentRegions } from './align/speech-regions.ts';
import { espeakVoice, espeakVoices } from './espeak-voice.ts';
import { findProgram } from './run-program.ts';
import { speakLine } from './speak-line.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-espeak-test-'));
after(() => rm(folder, { recursive: true, force: true }));
const voices = await espeakVoices();
const skip = voices.length === 0 ? 'the program espeak-ng is not installed' : false;
const skipAlign = skip || ((await findProgram('ffmpeg')) === null ? 'the program ffmpeg is not installed' : false);

const lines = [
  ['de', 'de', 'Sie wiegt nur 680 g, und leuchtet 48 Stunden mit einer Ladung.'],
  ['cmn', 'zh-Hans', '夜深了，你想把温暖的灯光带到哪里去？2026年11月上市。'],
  ['ar', 'ar', 'تعرّف على «أورورا»، المصباح الذي يسافر معك.'],
  ['hi', 'hi', 'मिलिए ऑरोरा से, वह लैंप जो आपके साथ चलता है।'],
  ['en-us', 'en', 'Most of the people in the world, I think, never saw one of them.'],
] as const;

for (const [voice, language, line] of lines) {
  test(`espeak-ng times every word of ${language}: in order, and none in the pause at a comma`, { skip }, async () => {
    const tokens = spokenWords(line, language);
    const spoken = await speakLine({
      tokens,
      voice: `espeak-ng-${voice}`,
      language,
      speed: 1,
      outPath: join(folder, 'x.wav'),
      home: folder,
    });
    const lengthMs = (spoken.samples * 1000) / spoken.sampleRate;
    let lastMs = 0;
    assert.equal(spoken.times?.length, tokens.length);
    for (const [index, time] of (spoken.times ?? []).entries()) {
      if (tokens[index]?.spoken.length === 0) continue;
      assert.ok(
        time !== null && time.startMs >= lastMs - 1 && time.endMs > time.startMs + 15 && time.endMs <= lengthMs + 30,
        JSON.stringify({ token: tokens[index], time, lastMs, lengthMs }),
      );
      lastMs = time.endMs;
    }
    assert.ok(lengthMs - lastMs < 250, `${lengthMs} ${lastMs}`);
  });
}

test('words that follow a pause start where it ends', { skip }, async () => {
  const info = voices.find((voice) => voice.language === 'de');
  assert.ok(info);
  const tokens = spokenWords('Eine Lampe, zwei Menschen, drei Abende, vier Lieder, fünf Sterne.', 'de');
  const spoken = await espeakVoice(info).speak({ tokens, speed: 0.9 });
  const step = spoken.sampleRate / 16_000;
  const samples = Float32Array.from(
    { length: Math.floor(spoken.samples.length / step) },
    (_, at) => spoken.samples[Math.floor(at * step)] ?? 0,
  );
  const ends = silentRegions(melFeatures(samples).energy).map((pause) => pause.endMs);
  for (const index of [2, 4, 6, 8]) {
    const startMs = spoken.times?.[index]?.startMs ?? Number.NaN;
    const apart = Math.min(...ends.map((endMs) => Math.abs(endMs - startMs)));
    assert.ok(apart <= 60, `word ${index} starts at ${startMs}, pauses end at ${ends.join(' ')}`);
  }
});

test('a recording in a language that only espeak-ng speaks is timed by it', { skip: skipAlign }, async () => {
  const tokens = spokenWords('मिलिए ऑरोरा से, वह लैंप जो आपके साथ चलता है।', 'hi');
  const audioPath = join(folder, 'told.wav');
  const told = await speakLine({ tokens, voice: 'espeak-ng-hi', language: 'hi', speed: 0.8, outPath: audioPath, home: folder });
  const found = await alignWords({ tokens, language: 'hi', audioPath, home: folder, ffmpegPath: 'ffmpeg' });
  assert.equal(found.method, 'warped onto espeak-ng-hi');
  const apart = tokens.map((_, index) => Math.abs((found.times[index]?.startMs ?? Infinity) - (told.times?.[index]?.startMs ?? 0)));
  assert.ok(apart.filter((ms) => ms <= 100).length >= 0.8 * apart.length, apart.map(Math.round).join(' '));
});
