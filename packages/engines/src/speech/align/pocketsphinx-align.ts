import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Token, TokenTime } from '@filmwright/contracts';
import { findProgram, runProgram } from '../run-program.ts';
import { writeWav } from '../sound/wav.ts';
import { decodeSound } from './decode-sound.ts';

export type PocketsphinxRequest = {
  readonly audioPath: string;
  readonly tokens: readonly Token[];
  readonly ffmpegPath: string;
  readonly signal?: AbortSignal | undefined;
};

const modelFolder = '/usr/share/pocketsphinx/model/en-us';
const silenceMs = 300;

/** Whether pocketsphinx and its English model are installed. */
export async function hasPocketsphinx(): Promise<boolean> {
  const model = access(join(modelFolder, 'en-us', 'mdef')).then(
    () => true,
    () => false,
  );
  return (await findProgram('pocketsphinx_continuous')) !== null && (await model);
}

/**
 * Times of English words by forced alignment: a recogniser that may hear only these words in this order, with silence between. Null where
 * pocketsphinx is not installed, does not know how a word sounds, or does not find the words in the sound.
 */
export async function pocketsphinxAlign({
  audioPath,
  tokens,
  ffmpegPath,
  signal,
}: PocketsphinxRequest): Promise<readonly TokenTime[] | null> {
  if (!(await hasPocketsphinx())) return null;
  const words = tokens.flatMap((token, index) =>
    token.spoken.map((word) => ({ word: word.toLowerCase().replaceAll(/[^a-z']/g, ''), index })),
  );
  const sounds = await pronunciations(
    words.map(({ word }) => word),
    signal,
  );
  if (words.length === 0 || sounds.some((each) => each.length === 0)) return null;
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-align-'));
  try {
    const { samples } = await decodeSound({ audioPath, ffmpegPath, sampleRate: 16_000, signal });
    // The recogniser needs silence before the first word.
    const lead = (silenceMs * 16_000) / 1000;
    const padded = new Float32Array(samples.length + 2 * lead);
    for (let at = 0; at < padded.length; at += 1) padded[at] = (samples[at - lead] ?? 0) + (((at * 7919) % 13) - 6) * 2e-5;
    await writeWav(join(folder, 'line.wav'), { samples: padded, sampleRate: 16_000 });
    const dictionary = sounds.flatMap((variants, index) =>
      variants.map((phones, variant) => `w${index}${variant > 0 ? `(${variant + 1})` : ''} ${phones}\n`),
    );
    await writeFile(join(folder, 'words.dict'), dictionary.join(''));
    await writeFile(
      join(folder, 'line.jsgf'),
      `#JSGF V1.0;\ngrammar line;\npublic <line> = ${words.map((_, index) => `w${index}`).join(' ')};\n`,
    );
    const args = [
      '-hmm',
      join(modelFolder, 'en-us'),
      '-dict',
      'words.dict',
      '-jsgf',
      'line.jsgf',
      '-infile',
      'line.wav',
      '-time',
      'yes',
      '-remove_silence',
      'no',
    ];
    const wide = ['-vad_postspeech', '10000', '-beam', '1e-100', '-wbeam', '1e-80', '-pbeam', '1e-100', '-logfn', '/dev/null'];
    const printed = (await runProgram('pocketsphinx_continuous', { args: [...args, ...wide], cwd: folder, signal })).toString('utf8');
    return timesOf(printed, { tokens, words });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Heard = { readonly tokens: readonly Token[]; readonly words: readonly { readonly index: number }[] };

function timesOf(printed: string, { tokens, words }: Heard): readonly TokenTime[] | null {
  const heard = [...printed.matchAll(/^w(\d+)(?:\(\d+\))? ([\d.]+) ([\d.]+) /gm)];
  if (heard.length !== words.length) return null;
  const times: TokenTime[] = tokens.map(() => null);
  for (const [, number, start, end] of heard) {
    const index = words[Number(number)]?.index ?? 0;
    const startMs = Math.max(0, Number(start) * 1000 - silenceMs);
    const endMs = Math.max(0, (Number(end) + 0.01) * 1000 - silenceMs);
    times[index] = { startMs: times[index]?.startMs ?? startMs, endMs };
  }
  return times;
}

/** Ways to say each word: the model's dictionary, else what flite makes of it. */
async function pronunciations(words: readonly string[], signal: AbortSignal | undefined): Promise<readonly (readonly string[])[]> {
  const wanted = new Set(words);
  const known = new Map<string, string[]>();
  for (const line of (await readFile(join(modelFolder, 'cmudict-en-us.dict'), 'latin1')).split('\n')) {
    const blank = line.indexOf(' ');
    const word = line.slice(0, blank).replace(/\(\d+\)$/, '');
    if (wanted.has(word)) known.set(word, [...(known.get(word) ?? []), line.slice(blank + 1).trim()]);
  }
  const flite = (await findProgram('flite')) !== null;
  for (const word of wanted) {
    if (known.has(word) || !flite || word === '') continue;
    const phones = (await runProgram('flite', { args: ['-t', `${word} .`, '-o', 'none', '-ps'], signal })).toString('utf8');
    known.set(word, [
      phones
        .replaceAll('pau', '')
        .replaceAll(/\bax\b/g, 'ah')
        .trim()
        .toUpperCase()
        .replaceAll(/\s+/g, ' '),
    ]);
  }
  return words.map((word) => known.get(word) ?? []);
}
