import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { alignWords } from '@filmwright/engines/speech/align/align-words';
import { hasPocketsphinx, pocketsphinxAlign } from '@filmwright/engines/speech/align/pocketsphinx-align';
import { listVoices } from '@filmwright/engines/speech/list-voices';
import { closeVoices } from '@filmwright/engines/speech/sherpa/sherpa-voice';
import { speakLine } from '@filmwright/engines/speech/speak-line';
import { lines } from '../../bench/speech-timing/lines.ts';

const goalMs = 80;
const goalShare = 0.95;
const language = 'en-US';
const home = process.env.FILMWRIGHT_HOME ?? '/var/lib/filmwright';
const skip = (await hasPocketsphinx())
  ? false
  : 'pocketsphinx is not installed; get it with: apt-get install -y pocketsphinx pocketsphinx-en-us';
const folder = await mkdtemp(join(tmpdir(), 'filmwright-peer-'));
after(async () => {
  await closeVoices();
  await rm(folder, { recursive: true, force: true });
});

const installed = (await listVoices({ home })).filter((voice) => voice.installed);
// Of the plain voices two stand for all; every natural one is held to it.
const english = installed.filter(({ id, language: speaks, natural }) => /^en/.test(speaks) && (natural || /^flite-(slt|rms)$/.test(id)));

test('a voice that speaks English is installed', { skip }, () => {
  assert.ok(english.length > 0, `no English voice in ${home}; installed: ${installed.map(({ id }) => id).join(', ') || 'none'}`);
});

for (const { id: voice } of english) {
  test(`${voice}: 95 % of caption words start within 80 ms of where pocketsphinx hears them`, { skip }, async (context) => {
    const differencesMs: number[] = [];
    const worst: { readonly word: string; readonly offMs: number }[] = [];
    let unheard = 0;
    for (const text of lines) {
      const tokens = spokenWords(text, language);
      const audioPath = join(folder, 'line.wav');
      const spoken = await speakLine({ tokens, voice, language, speed: 1, outPath: audioPath, home });
      const ours = spoken.times ?? (await alignWords({ audioPath, tokens, language, ffmpegPath: 'ffmpeg', home })).times;
      const theirs = await pocketsphinxAlign({ audioPath, tokens, ffmpegPath: 'ffmpeg' });
      if (theirs === null) {
        unheard += 1;
        continue;
      }
      for (const [index, time] of ours.entries()) {
        const heard = theirs[index];
        if (!time || !heard) continue;
        const offMs = time.startMs - heard.startMs;
        differencesMs.push(Math.abs(offMs));
        if (Math.abs(offMs) > goalMs) worst.push({ word: tokens[index]?.written ?? '', offMs: Math.round(offMs) });
      }
    }
    const share = differencesMs.filter((each) => each <= goalMs).length / differencesMs.length;
    const sorted = differencesMs.sort((a, b) => a - b);
    const p95Ms = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
    context.diagnostic(`${voice}: ${sorted.length} words, ${(share * 100).toFixed(1)} % within ${goalMs} ms, p95 ${p95Ms.toFixed(0)} ms`);
    assert.ok(unheard <= 1, `${unheard} of ${lines.length} lines were not understood by pocketsphinx`);
    assert.ok(sorted.length > 60, `${sorted.length} words were compared`);
    assert.ok(share >= goalShare, `${(share * 100).toFixed(1)} % within ${goalMs} ms; beyond: ${JSON.stringify(worst)}`);
  });
}
