import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Token, TokenTime } from '@filmwright/contracts';
import type { AskLimits } from '../../answering-process.ts';
import { findProgram, runProgram } from '../run-program.ts';
import { readWav } from '../sound/wav.ts';
import { endMark, type SentenceAnswer, type SentenceRequest, type Voice, type VoiceInfo } from '../voice.ts';
import { phonesOfWords, type TimedPhone } from './phones-to-words.ts';

const names: Readonly<Record<string, string>> = {
  slt: 'Flite SLT (woman)',
  rms: 'Flite RMS (man)',
  awb: 'Flite AWB (man, Scottish)',
  kal16: 'Flite KAL (man, old)',
};

/** The voices of the program flite, the clearest first; none where it is not installed. */
export async function fliteVoices(): Promise<readonly VoiceInfo[]> {
  if ((await findProgram('flite')) === null) return [];
  const [voices, version] = await Promise.all([
    runProgram('flite', { args: ['-lv'] }),
    runProgram('flite', { args: ['--version'] }).catch(() => Buffer.alloc(0)),
  ]);
  const listed = voices
    .toString('utf8')
    .replace(/^[^:]*:/, '')
    .trim()
    .split(/\s+/);
  const revision = /flite-(\S+)/.exec(version.toString('utf8'))?.[1] ?? 'unknown';
  return Object.keys(names)
    .filter((name) => listed.includes(name))
    .map((name) => ({
      id: `flite-${name}`,
      name: names[name] ?? name,
      language: name === 'awb' ? 'en-GB' : 'en-US',
      licence: 'Flite licence (BSD-like)',
      source: 'flite, Carnegie Mellon University',
      engine: 'flite',
      revision,
      natural: false,
      notes: 'A plain speech program: clear and quick, no natural melody.',
      installed: true,
    }));
}

/** A flite voice, ready to speak. */
export function fliteVoice(info: VoiceInfo): Voice {
  const { id, name, licence, source } = info;
  const credit = { role: 'voice', name, licence, source } as const;
  return { info, credit, speak: (request) => speakSentence(id.replace(/^flite-/, ''), request) };
}

const sayable = (word: string): string =>
  word === 'A'
    ? 'ay'
    : word
        .toLowerCase()
        .normalize('NFKD')
        .replaceAll(/[^a-z0-9']/g, '');

async function phonesOf(
  voice: string,
  { text, outPath, speed, ...limits }: AskLimits & { readonly text: string; readonly outPath: string; readonly speed: number },
): Promise<readonly TimedPhone[]> {
  const args = ['-voice', voice, '--setf', `duration_stretch=${(1 / speed).toFixed(4)}`, '-t', `${text} `, '-o', outPath, '-psdur'];
  const printed = (await runProgram('flite', { args, ...limits })).toString('utf8');
  return [...printed.matchAll(/([a-z]+):([\d.]+)/g)].map((match) => ({ phone: match[1] ?? '', endMs: Number(match[2]) * 1000 }));
}

/** Phones of each word said alone, in one run: a pause parts the words. */
async function alonePhones(
  voice: string,
  { words, ...limits }: AskLimits & { readonly words: readonly string[] },
): Promise<readonly (readonly string[])[]> {
  const different = [...new Set(words)];
  const split = async (list: readonly string[]): Promise<string[][]> => {
    const phones = await phonesOf(voice, { text: `${list.join(', ')}.`, outPath: 'none', speed: 1, ...limits });
    const groups: string[][] = [[]];
    for (const { phone } of phones) {
      if (phone !== 'pau') groups.at(-1)?.push(phone);
      else if (groups.at(-1)?.length) groups.push([]);
    }
    return groups.filter((group) => group.length > 0);
  };
  let groups = await split(different);
  if (groups.length !== different.length) groups = await Promise.all(different.map(async (word) => (await split([word])).flat()));
  const byWord = new Map(different.map((word, index) => [word, groups[index] ?? []]));
  return words.map((word) => byWord.get(word) ?? []);
}

async function speakSentence(voice: string, { tokens, speed, ...limits }: SentenceRequest): Promise<SentenceAnswer> {
  const words = tokens.flatMap((token) => token.spoken.map(sayable)).filter((word) => word !== '');
  if (words.length === 0) return { samples: new Float32Array(0), sampleRate: 16_000, times: tokens.map(() => null) };
  const text = tokens.map((token) => `${token.spoken.map(sayable).join(' ')}${endMark(token).replace('!', '.')}`).join(' ');
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-flite-'));
  try {
    const outPath = join(folder, 'line.wav');
    const phones = await phonesOf(voice, { text, outPath, speed, ...limits });
    const ranges = phonesOfWords(
      phones.map(({ phone }) => phone),
      await alonePhones(voice, { words, ...limits }),
    );
    const spoken = ranges.map(({ from, to }) => wordTime(phones, { from, to }));
    return { ...(await readWav(outPath)), times: timesOfTokens(tokens, spoken) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Start and end of a word; pauses at its ends do not count. */
function wordTime(
  phones: readonly TimedPhone[],
  { from, to }: { readonly from: number; readonly to: number },
): { readonly startMs: number; readonly endMs: number } {
  let first = from;
  let behind = to;
  while (first < behind && phones[first]?.phone === 'pau') first += 1;
  while (behind > first && phones[behind - 1]?.phone === 'pau') behind -= 1;
  const startMs = phones[first - 1]?.endMs ?? 0;
  return { startMs, endMs: phones[behind - 1]?.endMs ?? startMs };
}

function timesOfTokens(
  tokens: readonly Token[],
  spoken: readonly { readonly startMs: number; readonly endMs: number }[],
): readonly TokenTime[] {
  let at = 0;
  return tokens.map((token) => {
    const count = token.spoken.filter((word) => sayable(word) !== '').length;
    const own = spoken.slice(at, at + count);
    at += count;
    const [first] = own;
    const last = own.at(-1);
    return first && last ? { startMs: first.startMs, endMs: last.endMs } : null;
  });
}
