import type { Credit, Token } from '@filmwright/contracts';
import type { AskLimits } from '../answering-process.ts';
import type { SpokenSentence } from './sound/join-sentences.ts';

/** A voice that is installed or can be; `language` is a BCP-47 tag or `*` for many. */
export type VoiceInfo = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly licence: string;
  readonly source: string;
  readonly engine: string;
  /** Changes with whatever shapes the voice's sound: its files, or the version of its program. */
  readonly revision: string;
  readonly natural: boolean;
  readonly notes: string;
  readonly installed: boolean;
};

export type SentenceRequest = AskLimits & { readonly tokens: readonly Token[]; readonly speed: number };
/** What an engine gives for a sentence; `times` is null where it cannot tell. */
export type SentenceAnswer = Omit<SpokenSentence, 'times'> & { readonly times: SpokenSentence['times'] | null };
/** A voice ready to speak one sentence at a time. */
export type Voice = {
  readonly info: VoiceInfo;
  readonly credit: Credit;
  readonly speak: (request: SentenceRequest) => Promise<SentenceAnswer>;
};

/** The mark that shapes a token's melody: the last of its end marks, or none. */
export function endMark(token: Token): string {
  const found = /[,;:.!?…。、，；：！？؟،؛।॥۔]+(?=["'”’»›」』】）)\]]*$)/u.exec(token.written)?.[0] ?? '';
  if (/[?？؟]/.test(found)) return '?';
  if (/[!！]/.test(found)) return '!';
  if (token.pauseAfter === 'sentence') return '.';
  return token.pauseAfter === 'comma' ? ',' : '';
}

/** Tokens up to and with each sentence end; tokens without spoken words stay with the sentence before. */
export function sentencesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const sentences: Token[][] = [];
  let open = false;
  for (const token of tokens) {
    if (!open && (token.spoken.length > 0 || sentences.length === 0)) sentences.push([]);
    sentences.at(-1)?.push(token);
    if (token.spoken.length > 0 || token.pauseAfter === 'sentence') open = token.pauseAfter !== 'sentence';
  }
  return sentences;
}
