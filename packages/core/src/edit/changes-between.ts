import type { FilmChange } from '@filmwright/contracts';
import { pathText } from '../film/issues.ts';

type Tree = Readonly<Record<string, unknown>>;
type Paired = { readonly before: number | null; readonly after: number | null };

const longestQuote = 60;

/** What changed from one film document to another, shot by shot, in words for people; documents with faults are compared as far as they can be read. */
export function changesBetween(before: unknown, after: unknown): readonly FilmChange[] {
  const [old, now] = [treeOf(before), treeOf(after)];
  const settings = differences({ before: { ...old, storyboard: null }, after: { ...now, storyboard: null }, path: [] });
  return [...settings, ...shotChanges(listOf(old['storyboard']), listOf(now['storyboard']))];
}

function shotChanges(before: readonly unknown[], after: readonly unknown[]): readonly FilmChange[] {
  const pairs = pairShots(before, after);
  const kept = pairs.filter((pair) => pair.before !== null && pair.after !== null);
  const stay = risingRun(kept.map((pair) => pair.before ?? 0));
  return pairs.flatMap((pair): readonly FilmChange[] => {
    const { before: from, after: to } = pair;
    if (to === null) {
      const index = from ?? 0;
      return [
        {
          kind: 'removed',
          path: pathText(['storyboard', index]),
          message: `${shotName(before[index], index)} removed: ${quoted(wordsOf(before[index]))}`,
        },
      ];
    }
    const name = shotName(after[to], to);
    const path = ['storyboard', to];
    if (from === null) return [{ kind: 'added', path: pathText(path), message: `${name} added: ${quoted(wordsOf(after[to]))}` }];
    const moved: readonly FilmChange[] = stay.has(from)
      ? []
      : [{ kind: 'moved', path: pathText(path), message: `${name} moved from place ${from + 1} to ${to + 1}` }];
    return [...moved, ...differences({ before: treeOf(before[from]), after: treeOf(after[to]), path, name })];
  });
}

/** Shots that are the same one: by id, else by equal content, else by their words; in the order of the newer storyboard, what is gone at the end. */
function pairShots(before: readonly unknown[], after: readonly unknown[]): readonly Paired[] {
  const left = new Set(before.keys());
  const found = new Map<number, number>();
  for (const keyOf of [idOf, textOf, wordsOf]) {
    const places = new Map<string, number[]>();
    for (const index of left) {
      const key = keyOf(before[index]);
      if (key !== '') places.set(key, [...(places.get(key) ?? []), index]);
    }
    for (const [index, shot] of after.entries()) {
      if (found.has(index)) continue;
      const place = places.get(keyOf(shot))?.shift();
      if (place === undefined) continue;
      found.set(index, place);
      left.delete(place);
    }
  }
  // A shot without an id whose words were rewritten stands where it stood.
  for (const [index, shot] of after.entries())
    if (!found.has(index) && idOf(shot) === '' && left.has(index) && idOf(before[index]) === '') {
      found.set(index, index);
      left.delete(index);
    }
  return [...after.keys()]
    .map((index): Paired => ({ before: found.get(index) ?? null, after: index }))
    .concat([...left].map((index) => ({ before: index, after: null })));
}

/** The longest run of numbers that rises: what did not move, of things that were put in another order. */
function risingRun(numbers: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const number of numbers) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    previous.set(number, tails[low - 1]);
    tails[low] = number;
  }
  const run = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = previous.get(at)) run.add(at);
  return run;
}

type Difference = { readonly before: Tree; readonly after: Tree; readonly path: readonly PropertyKey[]; readonly name?: string };

function differences({ before, after, path, name }: Difference): readonly FilmChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): readonly FilmChange[] => {
    const [old, now] = [before[key], after[key]];
    if (textOf(old) === textOf(now)) return [];
    const here = [...path, key];
    const what = name === undefined ? sentenceCase(key) : `${name}: ${key}`;
    if (old === undefined) return [{ kind: 'added', path: pathText(here), message: `${what} set to ${quoted(valueText(now))}` }];
    if (now === undefined)
      return [{ kind: 'removed', path: pathText(here), message: `${what} taken away, it was ${quoted(valueText(old))}` }];
    if (isTree(old) && isTree(now)) return differences({ before: old, after: now, path: here, name: what });
    return [{ kind: 'changed', path: pathText(here), message: `${what}: ${changeText(valueText(old), valueText(now))}` }];
  });
}

/** What was there and what is there now, around the place where two texts part. */
function changeText(before: string, after: string): string {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  const start = before.lastIndexOf(' ', Math.max(0, same - 12)) + 1;
  const cut = (text: string): string => (start > 0 && text.length > longestQuote ? `… ${text.slice(start)}` : text);
  return `${quoted(cut(before))} became ${quoted(cut(after))}`;
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? 'nothing' : `“${line.length > longestQuote ? `${line.slice(0, longestQuote - 1).trimEnd()}…` : line}”`;
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueText).join(' / ');
  if (!isTree(value)) return String(value);
  return 'say' in value ? String(value['say']) : 'text' in value ? valueText(value['text']) : Object.values(value).map(valueText).join(' ');
}

function shotName(shot: unknown, index: number): string {
  const id = idOf(shot);
  return id === '' ? `Shot ${index + 1}` : `Shot ${id}`;
}

function idOf(shot: unknown): string {
  const id = treeOf(shot)['id'];
  return typeof id === 'string' ? id : '';
}

/** What a shot says, or else shows. */
function wordsOf(shot: unknown): string {
  const { narration, text, visual } = treeOf(shot);
  return valueText(narration ?? text ?? visual ?? '');
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function treeOf(value: unknown): Tree {
  return isTree(value) ? value : {};
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function sentenceCase(key: string): string {
  return key.slice(0, 1).toUpperCase() + key.slice(1);
}
