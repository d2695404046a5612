// How far our word starts lie from those that a recogniser finds: `node bench/speech-timing/speech-timing.ts [HOME] [FFMPEG]`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenTime } from '@filmwright/contracts';
import { spokenWords } from '@filmwright/core/speech/spoken-words';
import { alignWords } from '@filmwright/engines/speech/align/align-words';
import { pocketsphinxAlign } from '@filmwright/engines/speech/align/pocketsphinx-align';
import { listVoices } from '@filmwright/engines/speech/list-voices';
import { closeVoices } from '@filmwright/engines/speech/sherpa/sherpa-voice';
import { speakLine } from '@filmwright/engines/speech/speak-line';
import { lines } from './lines.ts';

const home = process.argv[2] ?? '/var/lib/filmwright';
const ffmpegPath = process.argv[3] ?? 'ffmpeg';
const language = 'en-US';
const goalMs = 80;

type Row = { readonly difference: number; readonly line: number; readonly word: string };

function differences(
  ours: readonly TokenTime[],
  { theirs, words, line }: { readonly theirs: readonly TokenTime[]; readonly words: readonly string[]; readonly line: number },
): Row[] {
  return ours.flatMap((time, index) => {
    const other = theirs[index];
    return time && other ? [{ difference: time.startMs - other.startMs, line, word: words[index] ?? '' }] : [];
  });
}

function report(name: string, rows: readonly Row[]): void {
  const sizes = rows.map((row) => Math.abs(row.difference)).sort((a, b) => a - b);
  const signed = rows.map((row) => row.difference).sort((a, b) => a - b);
  const at = (list: readonly number[], share: number): string =>
    (list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN).toFixed(0);
  const within = (sizes.filter((size) => size <= goalMs).length / sizes.length) * 100;
  const worst = [...rows].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, 5);
  console.log(
    `${name}: ${rows.length} words, p50 ${at(sizes, 0.5)} ms, p95 ${at(sizes, 0.95)} ms, within ${goalMs} ms ${within.toFixed(1)} %, median offset ${at(signed, 0.5)} ms`,
  );
  console.log(`  worst: ${worst.map(({ word, line, difference }) => `${word}@${line} ${difference.toFixed(0)}`).join(', ')}`);
}

const folder = await mkdtemp(join(tmpdir(), 'filmwright-timing-'));
try {
  const installed = new Set((await listVoices({ home })).filter((voice) => voice.installed).map((voice) => voice.id));
  for (const voice of ['flite-slt', 'flite-rms', 'joe']) {
    if (!installed.has(voice)) {
      console.log(`${voice}: not installed, left out`);
      continue;
    }
    const own: Row[] = [];
    const warped: Row[] = [];
    for (const [line, text] of lines.entries()) {
      const tokens = spokenWords(text, language);
      const outPath = join(folder, 'line.wav');
      const spoken = await speakLine({ tokens, voice, language, speed: 1, outPath, home });
      const theirs = await pocketsphinxAlign({ audioPath: outPath, tokens, ffmpegPath });
      if (theirs === null) {
        console.log(`  line ${line}: the recogniser did not find its words`);
        continue;
      }
      const words = tokens.map((token) => token.written);
      if (spoken.times) own.push(...differences(spoken.times, { theirs, words, line }));
      const references = [...installed].filter((id) => id.startsWith('flite-') && id !== voice);
      const { times } = await alignWords({ audioPath: outPath, tokens, language, ffmpegPath, home, references });
      warped.push(...differences(times, { theirs, words, line }));
    }
    report(`${voice}, its own times`, own);
    if (warped.length > 0) report(`${voice}, warped onto other plain voices`, warped);
  }
} finally {
  await closeVoices();
  await rm(folder, { recursive: true, force: true });
}
