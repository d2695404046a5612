import { isUnspaced } from './scripts.ts';

/** Characters that may not stand at the start of a line (JIS X 4051 and GB/T 15834: closing marks, small kana, length marks). */
const notAtStart = new Set(
  '、。，．・：；？！‼⁇⁈⁉…‥゛゜ヽヾゝゞ々〻ー’”）〕］｝〉》」』】〙〗〟»›％‰℃°ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ〜～〞,.!?:;)]}%',
);
/** Characters that may not stand at the end of a line: opening marks and signs that belong to the number after them. */
const notAtEnd = new Set('‘“（〔［｛〈《「『【〘〖〝«‹＄￥＃￡($[{#¥£€');
/** Pairs that are never parted: dashes and ellipses of two characters. */
const inseparable = new Set(['……', '――', '——', '‥‥', '〳〵', '〴〵']);

const last = (text: string): string => Array.from(text).at(-1) ?? '';
const first = (text: string): string => Array.from(text)[0] ?? '';

/** Whether a line may end between two neighbouring graphemes with no space between them, in scripts that write none (kinsoku shori). */
export const mayBreakBetween = (before: string, after: string): boolean => {
  const left = last(before);
  const right = first(after);
  if (notAtEnd.has(left) || notAtStart.has(right) || inseparable.has(left + right)) return false;
  if (/\p{M}/u.test(right)) return false;
  return isUnspaced(left) || isUnspaced(right);
};

/** Whether a line may start with `text`; false for closing punctuation. */
export const mayStartLine = (text: string): boolean => !notAtStart.has(first(text));

/** Whether a line may end with `text`; false for opening brackets and currency signs. */
export const mayEndLine = (text: string): boolean => !notAtEnd.has(last(text));
