import type { Token, TokenTime } from '@filmwright/contracts';
import { phonesOfWords } from '../flite/phones-to-words.ts';
import type { TimedUtterance } from '../onnx/decode-trailer.ts';

/** A phoneme of an utterance that is a sound (no pad, no mark), with its samples' range; `word` counts the blanks before it. */
export type TimedPhoneme = { readonly symbol: string; readonly word: number; readonly from: number; readonly to: number };

const silent = /^[\s_^$.,;:!?…"'()—–-]*$/;
/** How much earlier a word is heard than its phonemes' durations say; measured against a recogniser over 149 words. */
const aheadMs = 30;
const stress = /^[ˈˌː]$/;

/** The sounds of utterances spoken one after the other; stress and length marks belong to the sound beside them. */
export function phonemesOf(
  utterances: readonly TimedUtterance[],
  { symbols, hop }: { readonly symbols: ReadonlyMap<number, string>; readonly hop: number },
): readonly TimedPhoneme[] {
  const phonemes: TimedPhoneme[] = [];
  let offset = 0;
  let word = 0;
  for (const { ids, frames, samples } of utterances) {
    let at = offset;
    // The pad before a sound is heard as its beginning: audio runs a little ahead of its phoneme.
    let startsAt: number | null = null;
    for (const [index, id] of ids.entries()) {
      const symbol = symbols.get(id) ?? '';
      const from = at;
      at += (frames[index] ?? 0) * hop;
      if (symbol === ' ') word += 1;
      if (symbol === '_' || stress.test(symbol)) startsAt ??= from;
      else if (silent.test(symbol)) startsAt = null;
      else {
        phonemes.push({ symbol, word, from: startsAt ?? from, to: at });
        startsAt = null;
      }
    }
    offset += samples.length;
    word += 1;
  }
  return phonemes;
}

export type WordTimesInput = {
  readonly tokens: readonly Token[];
  readonly phonemes: readonly TimedPhoneme[];
  readonly sampleRate: number;
  /** Phonemes of words said alone, asked only when the voice ran words together ("of the"). */
  readonly alone: (words: readonly string[]) => Promise<readonly (readonly string[])[]>;
};

/** When each token is said, from the phonemes' durations. */
export async function piperWordTimes({ tokens, phonemes, sampleRate, alone }: WordTimesInput): Promise<readonly TokenTime[]> {
  const words = tokens.flatMap((token, index) => token.spoken.map((word) => ({ word, index })));
  const blanks = [...new Set(phonemes.map(({ word }) => word))];
  const owner =
    blanks.length === words.length
      ? phonemes.map(({ word }) => words[blanks.indexOf(word)]?.index)
      : ownersByPath(phonemes, { words, said: await alone(words.map(({ word }) => word)) });
  return tokens.map((_, index) => {
    const own = phonemes.filter((__, at) => owner[at] === index);
    const [first] = own;
    const last = own.at(-1);
    const heardMs = (sample: number): number => Math.max(0, (sample * 1000) / sampleRate - aheadMs);
    return first && last ? { startMs: heardMs(first.from), endMs: heardMs(last.to) } : null;
  });
}

function ownersByPath(
  phonemes: readonly TimedPhoneme[],
  { words, said }: { readonly words: readonly { readonly index: number }[]; readonly said: readonly (readonly string[])[] },
): readonly (number | undefined)[] {
  const owner = new Array<number | undefined>(phonemes.length).fill(undefined);
  const symbols = phonemes.map(({ symbol }) => symbol);
  for (const [word, { from, to }] of phonesOfWords(symbols, said).entries()) owner.fill(words[word]?.index, from, to);
  return owner;
}
