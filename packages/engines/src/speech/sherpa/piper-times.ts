import type { Token, TokenTime } from '@filmwright/contracts';
import { phonesOfWords } from '../flite/phones-to-words.ts';
import type { TimedUtterance } from '../onnx/decode-trailer.ts';

/** A phoneme of an utterance that is a sound (no pad, no mark), with its samples' range; `word` counts the blanks before it. */
export type TimedPhoneme = { readonly symbol: string; readonly word: number; readonly from: number; readonly to: number };

const silent = /^[\s_^$.,;:!?…"'()—–-]*$/;
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
    let at = 0;
    let stressFrom: number | null = null;
    ids.forEach((id, index) => {
      const symbol = symbols.get(id) ?? '';
      const from = offset + at * hop;
      at += frames[index] ?? 0;
      const to = offset + at * hop;
      if (symbol === ' ') word += 1;
      else if (stress.test(symbol)) stressFrom ??= from;
      else if (!silent.test(symbol)) {
        phonemes.push({ symbol, word, from: stressFrom ?? from, to });
        stressFrom = null;
      } else if (symbol === '_' && stressFrom === null) {
        const last = phonemes.at(-1);
        // The pad behind a sound is part of it.
        if (last && last.to === from) phonemes[phonemes.length - 1] = { ...last, to };
      }
    });
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
    return first && last ? { startMs: (first.from * 1000) / sampleRate, endMs: (last.to * 1000) / sampleRate } : null;
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
