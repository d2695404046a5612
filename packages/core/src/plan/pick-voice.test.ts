import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filmSchema } from '@filmwright/contracts';
import { pickVoice } from './pick-voice.ts';
import { voiceIssues } from './voice-issues.ts';

const voice = (id: string, language: string, natural = false) => ({
  id,
  language,
  natural,
  licence: 'x',
  engine: id.startsWith('espeak-ng') ? 'espeak-ng' : id.startsWith('flite') ? 'flite' : 'sherpa-onnx',
  revision: '1',
});
const espeak = [
  'ar',
  'cmn',
  'cmn-latn-pinyin',
  'de',
  'en-029',
  'en-gb',
  'en-us',
  'en-us-nyc',
  'es',
  'es-419',
  'hi',
  'nb',
  'pt',
  'pt-br',
  'yue',
].map((language) => voice(`espeak-ng-${language}`, language));
const chosen = (language: string, voices = espeak): string | undefined => pickVoice({ wanted: undefined, language, voices })?.id;

test('a language gets the voice of its usual accent, under whatever tag either is written', () => {
  const found = ['zh-Hans', 'zh-TW', 'zh-HK', 'yue', 'en', 'en-GB', 'es-MX', 'pt-BR', 'no', 'nn', 'ar-EG'].map((language) =>
    chosen(language),
  );
  const wanted = ['cmn', 'cmn', 'yue', 'yue', 'en-us', 'en-gb', 'es', 'pt-br', 'nb', 'nb', 'ar'];
  assert.deepEqual(
    found,
    wanted.map((language) => `espeak-ng-${language}`),
  );
  assert.equal(chosen('fi'), undefined);
});

test('a natural voice goes before a plain one, flite before espeak-ng, a voice of the language before one of many', () => {
  const flite = voice('flite-slt', 'en-US');
  assert.equal(chosen('en', [...espeak, flite]), 'flite-slt');
  assert.equal(chosen('en', [...espeak, flite, voice('joe', 'en-US', true)]), 'joe');
  assert.equal(chosen('hi', [...espeak, voice('many', '*', true)]), 'many');
  assert.equal(chosen('en', [voice('many', '*', true), voice('joe', 'en-US', true)]), 'joe');
});

test('where no voice speaks the language, the message says what to install', () => {
  const film = filmSchema.parse({ title: 'x', language: 'hi', storyboard: [{ narration: 'नमस्ते' }] });
  const [issue] = voiceIssues(film, { voices: [voice('flite-slt', 'en-US')] });
  assert.equal(issue?.message, 'No installed voice speaks Hindi (hi); installed voices speak en.');
  assert.match(issue?.next ?? '', /apt-get install espeak-ng/);
  const rare = filmSchema.parse({ title: 'x', language: 'ceb', storyboard: [{ narration: 'Maayong buntag' }] });
  assert.match(voiceIssues(rare, { voices: espeak })[0]?.next ?? '', /voices add FOLDER/);
});

test('of the plain voices of an accent the clearest speaks, whatever it is called', () => {
  const flite = ['awb', 'kal16', 'rms', 'slt'].map((name) => voice(`flite-${name}`, name === 'awb' ? 'en-GB' : 'en-US'));
  assert.deepEqual(
    ['en', 'en-US', 'en-GB'].map((language) => chosen(language, flite)),
    ['flite-slt', 'flite-slt', 'flite-awb'],
  );
});
