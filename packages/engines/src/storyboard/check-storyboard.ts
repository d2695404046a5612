import { type CapabilityInput, type WrittenStoryboard, writtenStoryboardSchema } from '@filmwright/contracts';
import { withoutUnprintable } from '@filmwright/core/edit/plain-text';

export type CheckedStoryboard = { readonly storyboard: WrittenStoryboard } | { readonly faults: readonly string[] };

/** A model's answer as a storyboard, or all that is wrong with it, in words that the model can use. */
export function checkStoryboard(
  answer: string,
  { media, drawings }: Pick<CapabilityInput<'storyboard'>, 'media' | 'drawings'>,
): CheckedStoryboard {
  const json = jsonIn(answer);
  if ('fault' in json) return { faults: [json.fault] };
  const read = writtenStoryboardSchema.safeParse(json.value);
  if (!read.success) return { faults: read.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`) };
  const files = new Set(media.map(({ file }) => file));
  const faults = read.data.shots.flatMap(({ visual, lines, heading, points, seconds }, at) => [
    ...(visual.show === 'picture' && !files.has(visual.file)
      ? [`shots.${at}.visual.file: ${JSON.stringify(visual.file.slice(0, 100))} is no file that was given`]
      : []),
    ...(visual.show === 'drawing' && !drawings ? [`shots.${at}.visual: nothing can be drawn; choose a backdrop or a picture`] : []),
    ...(lines.length === 0 && heading === null && points.length === 0 && seconds === null
      ? [`shots.${at}: nothing is said, shown as text or given a length`]
      : []),
  ]);
  return faults.length > 0 ? { faults } : { storyboard: read.data };
}

/** The JSON in an answer: what a model thinks aloud before it, and a fence around it, are taken off. */
function jsonIn(answer: string): { readonly value: unknown } | { readonly fault: string } {
  const bare = answer
    .replace(/^\s*<think>[\s\S]*?<\/think>/, '')
    .replace(/^\s*```(?:json)?\s*/, '')
    .replace(/\s*```\s*$/, '')
    .trim();
  if (bare === '') return { fault: 'the answer is empty; wanted one JSON object' };
  try {
    // Characters that nobody can see are no part of a film, and some of them no database takes.
    return { value: JSON.parse(bare, (_, value: unknown) => (typeof value === 'string' ? withoutUnprintable(value) : value)) };
  } catch (error) {
    return { fault: `the answer is no JSON: ${error instanceof Error ? error.message : String(error)}`.slice(0, 300) };
  }
}

/** Share of the script's words that the storyboard says or shows, 0..1, each as often as it is written. */
export function saidShare(script: string, { title, shots }: WrittenStoryboard): number {
  const told = [
    title,
    ...shots.flatMap(({ heading, points, lines }) => [
      heading ?? '',
      ...points,
      ...lines.flatMap(({ speaker, text }) => [speaker ?? '', text]),
    ]),
  ];
  return shareIn(wordsOf(script), wordsOf(told.join(' '))) ?? 1;
}

/** Share of the words that the storyboard says and that stand nowhere in the script, 0..1: what a model made up. */
export function ownShare(script: string, { shots }: Pick<WrittenStoryboard, 'shots'>): number {
  const said = shots.flatMap(({ lines }) => lines.flatMap(({ text }) => wordsOf(text)));
  return 1 - (shareIn(said, wordsOf(script)) ?? 1);
}

/** Share of words that are among others, each as often as it is there; null of none. */
function shareIn(words: readonly string[], others: readonly string[]): number | null {
  const counts = new Map<string, number>();
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1);
  const found = words.filter((word) => {
    const left = counts.get(word) ?? 0;
    if (left > 0) counts.set(word, left - 1);
    return left > 0;
  });
  return words.length === 0 ? null : found.length / words.length;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu) ?? [];
}
