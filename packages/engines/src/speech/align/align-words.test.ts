import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { findProgram } from '../run-program.ts';
import { readWav, writeWav } from '../sound/wav.ts';
import { speakLine } from '../speak-line.ts';
import { alignWords } from './align-words.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-align-test-'));
after(() => rm(folder, { recursive: true, force: true }));
const missing = (await findProgram('flite')) === null ? 'the program flite is not installed' : false;
const skip = missing || ((await findProgram('ffmpeg')) === null ? 'the program ffmpeg is not installed' : false);
const line = 'Light for the whole evening. It costs $99.00, and it remembers what you like!';
const common = { language: 'en', home: folder, ffmpegPath: 'ffmpeg' };

test('words of a recording are timed by other voices, nine in ten within 80 ms', { skip }, async () => {
  const tokens = spokenWords(line, 'en');
  const audioPath = join(folder, 'told.wav');
  const told = await speakLine({ ...common, tokens, voice: 'flite-awb', speed: 0.9, outPath: audioPath });
  const found = await alignWords({ ...common, tokens, audioPath, references: ['flite-rms', 'flite-kal16', 'flite-slt'] });
  const apart = tokens.map((_, index) => Math.abs((found.times[index]?.startMs ?? Infinity) - (told.times?.[index]?.startMs ?? 0)));
  assert.ok(apart.filter((ms) => ms <= 80).length >= 0.9 * apart.length, apart.map(Math.round).join(' '));
  assert.match(found.method, /flite-rms/);
});

test('silence before a recording and a long pause inside it belong to no word', { skip }, async () => {
  const tokens = spokenWords('One warm light. Two warm lights.', 'en');
  const audioPath = join(folder, 'pause.wav');
  const told = await speakLine({ ...common, tokens, voice: 'flite-rms', speed: 1, outPath: audioPath });
  const sound = await readWav(audioPath);
  const cut = Math.round((((told.times?.[2]?.endMs ?? 0) + (told.times?.[3]?.startMs ?? 0)) / 2000) * sound.sampleRate);
  const second = sound.sampleRate;
  const samples = new Float32Array(sound.samples.length + 9 * second);
  samples.set(sound.samples.subarray(0, cut), 6 * second);
  samples.set(sound.samples.subarray(cut), cut + 8 * second);
  await writeWav(audioPath, { samples, sampleRate: sound.sampleRate });
  const { times } = await alignWords({ ...common, tokens, audioPath, references: ['flite-awb', 'flite-kal16'] });
  const wanted = told.times?.map((time, index) => (time?.startMs ?? 0) + (index < 3 ? 6000 : 8000)) ?? [];
  wanted.forEach((ms, index) => {
    assert.ok(Math.abs((times[index]?.startMs ?? 0) - ms) < 120, `word ${index}: ${times[index]?.startMs}, wanted ${ms}`);
  });
  assert.ok((times[2]?.endMs ?? Infinity) < (cut * 1000) / second + 6000 + 120, `the word before the pause ends at ${times[2]?.endMs}`);
});

test('a language without a voice gets its words spread over the sound, in order and outside long pauses', { skip }, async () => {
  const tokens = spokenWords('Góðan morgun. Vælkomin heim.', 'fo');
  const audioPath = join(folder, 'spread.wav');
  await speakLine({
    ...common,
    tokens: spokenWords('A good morning. Come on home now.', 'en'),
    voice: 'flite-slt',
    speed: 1,
    outPath: audioPath,
  });
  const { times, method } = await alignWords({ ...common, language: 'fo', tokens, audioPath });
  assert.equal(method, 'spread over speech');
  assert.equal(times.length, tokens.length);
  let last = 0;
  for (const time of times) {
    assert.ok(time !== null && time.startMs >= last && time.endMs > time.startMs, JSON.stringify(times));
    last = time.endMs;
  }
});

test('words that are not spoken have no time', { skip }, async () => {
  const audioPath = join(folder, 'hello.wav');
  await speakLine({ ...common, tokens: spokenWords('Hello there', 'en'), voice: 'flite-slt', speed: 1, outPath: audioPath });
  const { times } = await alignWords({ ...common, tokens: spokenWords('Hello 🎉 there', 'en'), audioPath });
  assert.equal(times.length, 3);
  assert.equal(times[1], null);
  assert.ok(times[0] && times[2]);
});
