import type { FilmDocument } from '@filmwright/contracts';
import { freeId, narrationLines, type ShotDocument } from '@filmwright/core';

type Key = string | number;

/** The shots of a document as far as it has any: what comes from elsewhere may be no storyboard at all. */
export function shotsOf(document: FilmDocument): readonly ShotDocument[] {
  const { storyboard } = document as { storyboard?: unknown };
  return Array.isArray(storyboard) ? (storyboard as readonly ShotDocument[]) : [];
}

/** The value with another at a path; `undefined` takes a key away, and objects that it leaves empty. Untouched parts are shared. */
export function setAt<Value>(value: Value, path: readonly Key[], wanted: unknown): Value {
  const [key, ...rest] = path;
  if (key === undefined) return wanted as Value;
  const inner = (value as Record<Key, unknown> | undefined)?.[key];
  const next = setAt(inner, rest, wanted);
  if (next === inner) return value;
  if (Array.isArray(value)) {
    const index = Number(key);
    return (next === undefined ? value.filter((_, at) => at !== index) : value.with(index, next)) as Value;
  }
  const { [key]: _gone, ...kept } = (value ?? {}) as Record<Key, unknown>;
  if (next !== undefined) return { ...(value ?? {}), [key]: next } as Value;
  return (Object.keys(kept).length === 0 ? undefined : kept) as Value;
}

/** The value at a path; undefined where the document has none. */
export function getAt(value: unknown, path: readonly Key[]): unknown {
  let found = value;
  for (const key of path) found = typeof found === 'object' && found !== null ? (found as Record<Key, unknown>)[key] : undefined;
  return found;
}

/** The film with a shot changed in one of its keys. */
export function setInShot(film: FilmDocument, { shot, path, value }: { shot: number; path: readonly Key[]; value: unknown }): FilmDocument {
  const found = shotsOf(film)[shot];
  if (found === undefined) return film;
  const changed = setAt(found, path, value) ?? {};
  return changed === found ? film : { ...film, storyboard: film.storyboard.with(shot, changed) };
}

/** What a shot says, one line of narration per line of text; a single line keeps its own line breaks. */
export function shotText(shot: ShotDocument): string {
  const lines = narrationLines(shot.narration).map((line) => (typeof line === 'string' ? line : (line?.say ?? '')));
  return lines.length === 1 ? (lines[0] ?? '') : lines.map((line) => line.replace(/\n/g, ' ')).join('\n');
}

/** The film with other words in a shot. Speaker, emotion and pace of a line stay with it; times set for words that changed do not. */
export function setShotText(film: FilmDocument, { shot: index, text }: { readonly shot: number; readonly text: string }): FilmDocument {
  const shot = shotsOf(film)[index];
  if (shot === undefined || shotText(shot) === text) return film;
  if (text.trim() === '') return setInShot(film, { shot: index, path: ['narration'], value: undefined });
  const lines = narrationLines(shot.narration);
  if (lines.length <= 1) return setInShot(film, { shot: index, path: ['narration'], value: withWords(lines[0], text) });
  const said = text.split('\n').filter((line) => line.trim() !== '');
  const narration = said.map((words, at) => withWords(lines[at], words));
  return setInShot(film, { shot: index, path: ['narration'], value: narration.length === 1 ? narration[0] : narration });
}

type LineDocument = ReturnType<typeof narrationLines>[number];

function withWords(line: LineDocument | undefined, say: string): LineDocument {
  if (line === undefined || typeof line === 'string') return say;
  if (line.say === say) return line;
  const { words: _words, ...kept } = line;
  return { ...kept, say };
}

/** Where a place in `shotText` lies in the narration: its line, and how far into it. */
export function placeOf(shot: ShotDocument, position: number): { readonly line: number; readonly offset: number } {
  const lines = narrationLines(shot.narration);
  if (lines.length <= 1) return { line: 0, offset: position };
  const before = shotText(shot).slice(0, position).split('\n');
  return { line: before.length - 1, offset: before.at(-1)?.length ?? 0 };
}

/** The film with an empty shot at a place, and a name that no other shot has. */
export function addShot(film: FilmDocument, at: number, shot: ShotDocument = {}): FilmDocument {
  const storyboard = shotsOf(film);
  const id = freeId({ ...film, storyboard: [...storyboard] }, `shot-${storyboard.length}`);
  return { ...film, storyboard: [...storyboard.slice(0, at), { id, ...shot }, ...storyboard.slice(at)] };
}

/** The film with a shot twice, one after the other. */
export function duplicateShot(film: FilmDocument, index: number): FilmDocument {
  const shot = shotsOf(film)[index];
  if (shot === undefined) return film;
  const { id, ...kept } = shot;
  return {
    ...film,
    storyboard: [
      ...film.storyboard.slice(0, index + 1),
      { id: freeId(film, id ?? `shot-${index + 1}`), ...kept },
      ...film.storyboard.slice(index + 1),
    ],
  };
}

/** The film without a shot; the last one left is emptied instead, because a film has at least one. */
export function removeShot(film: FilmDocument, index: number): FilmDocument {
  const storyboard = shotsOf(film);
  if (storyboard[index] === undefined) return film;
  if (storyboard.length === 1) return { ...film, storyboard: [{ id: storyboard[0]?.id ?? 'shot-1' }] };
  return { ...film, storyboard: storyboard.filter((_, at) => at !== index) };
}

/** The film with a name for every shot, so that shots can be told apart while they are moved; the same film where all have one. */
export function withShotIds(film: FilmDocument): FilmDocument {
  const storyboard = shotsOf(film);
  const taken = new Set(storyboard.map((shot) => shot?.id));
  if (!storyboard.some((shot) => typeof shot === 'object' && shot !== null && shot.id === undefined)) return film;
  let number = 0;
  const named = storyboard.map((shot) => {
    if (typeof shot !== 'object' || shot === null || shot.id !== undefined) return shot;
    do number++;
    while (taken.has(`shot-${number}`));
    return { id: `shot-${number}`, ...shot };
  });
  return { ...film, storyboard: named };
}
