import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, runProgram } from './run-program.ts';
import { readWav } from './sound/wav.ts';
import { endMark, type Voice, type VoiceInfo } from './voice.ts';

/** One voice per language of the program espeak-ng (a program of its own under GPL-3.0, never part of this one); none where it is not installed. */
export async function espeakVoices(): Promise<readonly VoiceInfo[]> {
  if ((await findProgram('espeak-ng')) === null) return [];
  const [listed, version] = await Promise.all([
    runProgram('espeak-ng', { args: ['--voices'] }),
    runProgram('espeak-ng', { args: ['--version'] }),
  ]);
  const revision = /\d[\w.-]*/.exec(version.toString('utf8'))?.[0] ?? 'unknown';
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

const wordsPerMinute = 165;

/** An espeak-ng voice, ready to speak; it tells no word times. */
export function espeakVoice(info: VoiceInfo): Voice {
  const { id, name, language, licence, source } = info;
  return {
    info,
    credit: { role: 'voice', name, licence, source },
    speak: async ({ tokens, speed, signal }) => {
      const text = tokens
        .map(
          (token) => `${token.spoken.map((word) => (word === 'A' && language.startsWith('en') ? 'eh' : word)).join(' ')}${endMark(token)}`,
        )
        .join(' ');
      const folder = await mkdtemp(join(tmpdir(), 'filmwright-espeak-'));
      try {
        const outPath = join(folder, 'line.wav');
        const rate = Math.round(Math.min(450, Math.max(80, wordsPerMinute * speed)));
        await runProgram('espeak-ng', {
          args: ['-v', id.replace(/^espeak-ng-/, ''), '-s', String(rate), '-w', outPath, '--stdin'],
          input: text,
          signal,
        });
        return { ...(await readWav(outPath)), times: null };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
