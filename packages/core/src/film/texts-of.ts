import type { Shot, TextBlock } from '@filmwright/contracts';
import { linesOf } from './lines-of.ts';

/** A shot's texts as a list, whichever form it was written in. */
export function textsOf({ text }: Pick<Shot, 'text'>): readonly TextBlock[] {
  return text === undefined ? [] : Array.isArray(text) ? text : [text];
}

/** All words of a shot, shown and said, which its fonts must have. */
export function wordsOf(shot: Pick<Shot, 'text' | 'narration'>): string {
  return [...textsOf(shot).flatMap((block) => block.text), ...linesOf(shot).map((line) => line.say)].join(' ');
}
