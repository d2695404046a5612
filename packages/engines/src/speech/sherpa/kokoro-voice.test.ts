import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { listVoices } from '../list-voices.ts';
import { speakLine } from '../speak-line.ts';
import { addVoice } from './add-voice.ts';
import { closeVoices, sherpaInstalled } from './sherpa-voice.ts';
import { writeTinyVoice } from './testing/tiny-voice.ts';

const home = await mkdtemp(join(tmpdir(), 'filmwright-kokoro-'));
after(async () => {
  await closeVoices();
  await rm(home, { recursive: true, force: true });
});
const libraries = (await readdir('/usr/lib').catch(() => [] as string[])).map((name) => join('/usr/lib', name, 'espeak-ng-data'));
const found = await Promise.all(
  libraries.map((folder) =>
    access(join(folder, 'phontab')).then(
      () => folder,
      () => null,
    ),
  ),
);
const data = found.find((folder) => folder !== null);
const skip = !(await sherpaInstalled())
  ? 'the optional package sherpa-onnx-node is not installed'
  : data === undefined
    ? 'the pronunciation data espeak-ng-data is not installed'
    : false;

for (const family of ['kokoro', 'kitten'] as const) {
  test(`a voice folder in the layout of ${family} is added, listed and spoken with`, { skip }, async () => {
    const folder = join(home, `${family}-tiny`);
    await writeTinyVoice({ family, folder });
    await symlink(data ?? '', join(folder, 'espeak-ng-data'));
    await writeFile(join(folder, 'voice.json'), JSON.stringify({ name: 'Tiny', language: 'en-GB', licence: 'Apache-2.0', speaker: 1 }));
    const added = await addVoice({ home, folder });
    assert.deepEqual(
      [added.id, added.name, added.language, added.licence, added.natural],
      [`${family}-tiny`, 'Tiny', 'en-GB', 'Apache-2.0', true],
    );
    assert.ok((await listVoices({ home })).some((voice) => voice.id === added.id && voice.installed));
    const say = (text: string) =>
      speakLine({ tokens: spokenWords(text, 'en'), voice: added.id, language: 'en', speed: 1, outPath: join(home, 'x.wav'), home });
    const short = await say('Hello there.');
    const long = await say('Hello there, and good evening to all of you.');
    assert.equal(short.sampleRate, 24_000);
    assert.ok(short.samples > 6000 && long.samples > short.samples * 1.5, `${short.samples} ${long.samples}`);
    assert.equal(short.times, null, 'its words are timed by alignment');
    assert.equal(short.credit.licence, 'Apache-2.0');
  });
}

test('a voice whose files were changed is refused at load, offered no more, and the others speak on; mended, it speaks again', {
  skip,
}, async () => {
  const folder = join(home, 'tampered');
  await writeTinyVoice({ family: 'kokoro', folder });
  await symlink(data ?? '', join(folder, 'espeak-ng-data'));
  const { id } = await addVoice({ home, folder });
  const say = (voice: string) =>
    speakLine({ tokens: spokenWords('One.', 'en'), voice, language: 'en', speed: 1, outPath: join(home, 'x.wav'), home });
  const isOffered = async () => (await listVoices({ home })).find((voice) => voice.id === id)?.installed;
  const path = join(home, 'voices', id, 'voices.bin');
  const sound = await readFile(path);
  await writeFile(path, Buffer.alloc(sound.length, 1));
  const changed = {
    code: 'digest-mismatch',
    retryable: false,
    message: /voice tampered are not what its card says: .*wanted [0-9a-f]{16}/,
  };
  assert.equal(await isOffered(), true, 'nobody looked yet');
  await assert.rejects(say(id), changed);
  assert.equal(await isOffered(), false);
  await assert.rejects(say(id), changed);
  assert.ok((await say('kokoro-tiny')).samples > 0);
  await writeFile(path, sound);
  assert.equal(await isOffered(), true);
  assert.ok((await say(id)).samples > 0);
});

test('a Kokoro voice of many languages brings its word lists, and reads languages that they do not hold', { skip }, async () => {
  const folder = join(home, 'kokoro-many');
  await writeTinyVoice({ family: 'kokoro', folder, version: 2 });
  await symlink(data ?? '', join(folder, 'espeak-ng-data'));
  await writeFile(join(folder, 'lexicon-us-en.txt'), 'hello h ə l ˈ o ʊ\nlamp l ˈ æ m p\n');
  const { id, language } = await addVoice({ home, folder });
  assert.equal(language, '*');
  for (const [text, tag] of [
    ['Hello lamp.', 'en'],
    ['Buenas noches a todos.', 'es'],
  ] as const) {
    const spoken = await speakLine({
      tokens: spokenWords(text, tag),
      voice: id,
      language: tag,
      speed: 1,
      outPath: join(home, 'x.wav'),
      home,
    });
    assert.ok(spoken.samples > 5000, `${tag}: ${spoken.samples}`);
  }
});
