import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { listVoices } from './list-voices.ts';
import { findProgram } from './run-program.ts';
import { closeVoices } from './sherpa/sherpa-voice.ts';
import { readWav } from './sound/wav.ts';
import { speakLine } from './speak-line.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-speak-'));
const voicesHome = process.env['FILMWRIGHT_TEST_VOICES'] ?? '/var/lib/filmwright';
const flite = (await findProgram('flite')) === null ? 'the program flite is not installed' : false;
const joe = (await listVoices({ home: voicesHome })).some((voice) => voice.id === 'joe' && voice.installed)
  ? false
  : `the voice joe is not installed under ${voicesHome}`;
after(async () => {
  await closeVoices();
  await rm(folder, { recursive: true, force: true });
});

const line = 'Most of the people in the world, I think, never saw one. It costs $129.00 today!';

for (const [voice, skip, home] of [
  ['flite-slt', flite, folder],
  ['joe', joe, voicesHome],
] as const) {
  test(`${voice} says every word in order and within the sound`, { skip }, async () => {
    const tokens = spokenWords(line, 'en');
    const outPath = join(folder, `${voice}.wav`);
    const spoken = await speakLine({ tokens, voice, language: 'en', speed: 1, outPath, home });
    const sound = await readWav(outPath);
    assert.equal(sound.samples.length, spoken.samples);
    assert.equal(sound.sampleRate, spoken.sampleRate);
    const lengthMs = (spoken.samples * 1000) / spoken.sampleRate;
    let lastMs = 0;
    assert.equal(spoken.times?.length, tokens.length);
    for (const time of spoken.times ?? []) {
      assert.ok(
        time !== null && time.startMs >= lastMs - 1 && time.endMs > time.startMs + 20 && time.endMs <= lengthMs,
        JSON.stringify({ time, lastMs, lengthMs }),
      );
      lastMs = time.endMs;
    }
    assert.ok(lengthMs - lastMs < 200);
  });
  test(`${voice} speaks faster at a higher speed`, { skip }, async () => {
    const tokens = spokenWords('A warm light for every evening.', 'en');
    const spoken = async (speed: number): Promise<number> =>
      (await speakLine({ tokens, voice, language: 'en', speed, outPath: join(folder, 'speed.wav'), home })).samples;
    const [slow, fast] = [await spoken(0.8), await spoken(1.6)];
    assert.ok(fast < slow * 0.65 && fast > slow * 0.35, `${slow} at 0.8, ${fast} at 1.6`);
  });
}

test('an unknown voice is refused with those that are installed', { skip: flite }, async () => {
  const request = {
    tokens: spokenWords('Hello', 'en'),
    voice: 'nobody',
    language: 'en',
    speed: 1,
    outPath: join(folder, 'x.wav'),
    home: folder,
  };
  await assert.rejects(
    speakLine(request),
    (error: { code?: string; message?: string }) => error.code === 'voice-unknown' && /flite-slt/.test(error.message ?? ''),
  );
});

test('a line of emoji alone cannot be spoken', async () => {
  const request = {
    tokens: spokenWords('🎉', 'en'),
    voice: 'flite-slt',
    language: 'en',
    speed: 1,
    outPath: join(folder, 'x.wav'),
    home: folder,
  };
  await assert.rejects(speakLine(request), { code: 'speech-unavailable' });
});
