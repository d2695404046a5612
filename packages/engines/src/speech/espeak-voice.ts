import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Token } from '@filmwright/contracts';
import { bareLanguage } from '@filmwright/core/speech/voice-language';
import { joinWords } from '@filmwright/core/text/break-lines';
import type { AskLimits } from '../answering-process.ts';
import { gappedTimes } from './align/gapped-times.ts';
import { findProgram, runProgram } from './run-program.ts';
import { readWav, type Sound } from './sound/wav.ts';
import { endMark, type Voice, type VoiceInfo } from './voice.ts';

/** Raised when the same version of the program is used another way. */
const use = 2;

/** One voice per language of the program espeak-ng (a program of its own under GPL-3.0, never part of this one); none where it is not installed. */
export async function espeakVoices(): Promise<readonly VoiceInfo[]> {
  if ((await findProgram('espeak-ng')) === null) return [];
  const [listed, version] = await Promise.all([
    runProgram('espeak-ng', { args: ['--voices'] }),
    runProgram('espeak-ng', { args: ['--version'] }),
  ]);
  const revision = `${/\d[\w.-]*/.exec(version.toString('utf8'))?.[0] ?? 'unknown'}-use${use}`;
  const rows = listed.toString('utf8').split('\n').slice(1);
  const voices = rows.map((row) => row.trim().split(/\s+/)).filter((columns) => columns.length >= 4);
  return voices.map(([, language = '', , name = '']) => ({
    id: `espeak-ng-${language}`,
    name: `eSpeak NG ${name.replaceAll('_', ' ')}`,
    language,
    licence: 'GPL-3.0-or-later (program)',
    source: 'espeak-ng',
    engine: 'espeak-ng',
    revision,
    natural: false,
    notes: 'A plain speech program for many languages.',
    installed: true,
  }));
}

/** The program counts each syllable of these languages as a word, so that its usual pace would be half of theirs. */
const syllabic = new Set(['zh', 'yue', 'hak']);
const wordsPerMinute = { usual: 165, syllabic: 250 };
/** Tens of milliseconds that are put between words to hear where they end; the program shortens them as it speaks faster. */
const gapOf = (rate: number): string => String(Math.round((32 * rate) / wordsPerMinute.usual));

/** An espeak-ng voice, ready to speak. The program tells no word times: it says the sentence once more with gaps between the words, which are then found in it. */
export function espeakVoice(info: VoiceInfo): Voice {
  const { id, name, language, licence, source } = info;
  return {
    info,
    credit: { role: 'voice', name, licence, source },
    speak: async ({ tokens, speed, ...limits }) => {
      const text = spokenText(tokens, language);
      const usual = syllabic.has(bareLanguage(language)) ? wordsPerMinute.syllabic : wordsPerMinute.usual;
      const rate = Math.round(Math.min(450, Math.max(80, usual * speed)));
      const say = (args: readonly string[]): Promise<Sound> =>
        sayText({ ...limits, text, args: ['-v', id.replace(/^espeak-ng-/, ''), '-s', String(rate), ...args] });
      const [sound, gapped] = await Promise.all([say([]), say(['-g', gapOf(rate)])]);
      return { ...sound, times: gappedTimes({ words: tokens.map((token) => token.spoken), sound, gapped }) };
    },
  };
}

function spokenText(tokens: readonly Token[], language: string): string {
  const words = tokens
    .filter((token) => token.spoken.length > 0)
    .map((token) => {
      const said = token.spoken.map((word) => (word === 'A' && language.startsWith('en') ? 'eh' : word));
      return `${joinWords(said)}${endMark(token)}`;
    });
  return joinWords(words);
}

type Say = AskLimits & { readonly text: string; readonly args: readonly string[] };

async function sayText({ text, args, ...limits }: Say): Promise<Sound> {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-espeak-'));
  try {
    const outPath = join(folder, 'line.wav');
    await runProgram('espeak-ng', { args: [...args, '-w', outPath, '--stdin'], input: text, ...limits });
    return await readWav(outPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
