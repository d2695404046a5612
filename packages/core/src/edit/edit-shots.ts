import type { FilmDocument } from '@filmwright/contracts';
import { durationSchema } from '@filmwright/contracts';

export type ShotDocument = FilmDocument['storyboard'][number];
type Narration = NonNullable<ShotDocument['narration']>;
type LineDocument = Exclude<Narration, string | readonly unknown[]>;

/** A place between two characters of a shot's narration: in its line, at so many UTF-16 units. */
export type ScriptPlace = { readonly shot: number; readonly line: number; readonly offset: number };

/** The film with shot `from` standing where shot `to` stood; the same film where either does not exist. */
export function moveShot(film: FilmDocument, { from, to }: { readonly from: number; readonly to: number }): FilmDocument {
  const moved = film.storyboard[from];
  if (moved === undefined || to < 0 || to >= film.storyboard.length || from === to) return film;
  return { ...film, ...withOriginals(film, (lines) => shifted(lines, { from, to })), storyboard: shifted(film.storyboard, { from, to }) };
}

function shifted<T>(list: readonly T[], { from, to }: { readonly from: number; readonly to: number }): T[] {
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}

type Originals = NonNullable<FilmDocument['dub']>['lines'];

/** The `dub` of a film whose shots change places: it has a list of the original's lines for each. */
function withOriginals({ dub, storyboard }: FilmDocument, change: (lines: Originals) => Originals): Pick<FilmDocument, 'dub'> {
  return dub === undefined || dub.lines.length !== storyboard.length ? {} : { dub: { ...dub, lines: change(dub.lines) } };
}

/** The film with a shot cut in two where its narration is cut: what is seen goes on, texts stay with the first part, a given length is shared by characters. */
export function splitShot(film: FilmDocument, { shot: index, line: number, offset }: ScriptPlace): FilmDocument {
  const shot = film.storyboard[index];
  if (shot === undefined) return film;
  const lines = narrationLines(shot.narration);
  const line = lines[number];
  if (line === undefined) return film;
  const words = sayOf(line);
  const halves = [words.slice(0, offset).trimEnd(), words.slice(offset).trimStart()];
  const first = [...lines.slice(0, number), ...withSay(line, halves[0] ?? '')];
  const second = [...withSay(line, halves[1] ?? ''), ...lines.slice(number + 1)];
  if (first.length === 0 || second.length === 0) return film;
  const { text: _text, transition: _transition, length, aspects, ...kept } = shot;
  const share = charactersOf(first) / (charactersOf(first) + charactersOf(second));
  const [firstLength, secondLength] = sharedLength(length, share);
  const id = freeId(film, shot.id ?? `shot-${index + 1}`);
  const { length: _length, aspects: _aspects, ...before } = shot;
  const uncut = first.length + second.length === lines.length;
  return {
    ...film,
    ...(uncut
      ? withOriginals(film, (all) =>
          all.toSpliced(index, 1, (all[index] ?? []).slice(0, first.length), (all[index] ?? []).slice(first.length)),
        )
      : {}),
    storyboard: [
      ...film.storyboard.slice(0, index),
      {
        ...before,
        ...aspectsWithout(aspects, ['narration', 'length']),
        narration: simplest(first),
        ...(firstLength === undefined ? {} : { length: firstLength }),
      },
      {
        ...kept,
        ...aspectsWithout(aspects, ['narration', 'length', 'text', 'transition']),
        id,
        narration: simplest(second),
        ...(secondLength === undefined ? {} : { length: secondLength }),
      },
      ...film.storyboard.slice(index + 1),
    ],
  };
}

/** The film with a shot and the one after it made one: narration and texts follow each other, what is seen is the first's (the second's where the first shows nothing). */
export function joinShots(film: FilmDocument, index: number): FilmDocument {
  const [first, second] = [film.storyboard[index], film.storyboard[index + 1]];
  if (first === undefined || second === undefined) return film;
  const lines = [...narrationLines(first.narration), ...narrationLines(second.narration)];
  const texts = [...textList(first.text), ...textList(second.text)].slice(0, 12);
  const { length, narration: _narration, text: _text, aspects, ...kept } = first;
  const together = summedLength(length, second.length);
  const visual = first.visual ?? second.visual;
  return {
    ...film,
    ...withOriginals(film, (all) => all.toSpliced(index, 2, [...(all[index] ?? []), ...(all[index + 1] ?? [])])),
    storyboard: [
      ...film.storyboard.slice(0, index),
      {
        ...kept,
        ...aspectsWithout(aspects, ['narration', 'length', 'text']),
        ...(visual === undefined ? {} : { visual }),
        ...(lines.length === 0 ? {} : { narration: simplest(lines) }),
        ...(texts.length === 0 ? {} : { text: texts }),
        ...(together === undefined ? {} : { length: together }),
      },
      ...film.storyboard.slice(index + 2),
    ],
  };
}

/** An id that no shot of the film has, made from one: `opening` gives `opening-2`, `opening-3`, ... */
export function freeId(film: FilmDocument, near: string): string {
  const taken = new Set(film.storyboard.map((shot) => shot.id));
  const stem = near.replace(/-\d+$/, '').slice(0, 56);
  for (let number = 2; ; number++) if (!taken.has(`${stem}-${number}`)) return `${stem}-${number}`;
}

/** A shot's narration as the list of its lines, in whichever form it is written. */
export function narrationLines(narration: ShotDocument['narration']): readonly (string | LineDocument)[] {
  return narration === undefined ? [] : Array.isArray(narration) ? narration : [narration as string | LineDocument];
}

type Aspects = NonNullable<ShotDocument['aspects']>;
type ChangedKey = keyof NonNullable<Aspects[keyof Aspects]>;

/** What a shot says of other shapes of the frame, but for keys whose values were meant for all of the shot as it was. */
function aspectsWithout(aspects: ShotDocument['aspects'], keys: readonly ChangedKey[]): Pick<ShotDocument, 'aspects'> {
  const kept = Object.entries(aspects ?? {}).flatMap(([aspect, changes]) => {
    const left = Object.entries(changes ?? {}).filter(([key]) => !keys.some((one) => one === key));
    return left.length === 0 ? [] : [[aspect, Object.fromEntries(left)] as const];
  });
  return kept.length === 0 ? {} : { aspects: Object.fromEntries(kept) };
}

function sayOf(line: string | LineDocument): string {
  return typeof line === 'string' ? line : line.say;
}

/** The line with other words, none where nothing is left to say; a recording and set times belong to all of the words and go with neither part. */
function withSay(line: string | LineDocument, say: string): readonly (string | LineDocument)[] {
  if (!/[\p{L}\p{N}]/u.test(say)) return [];
  if (say === sayOf(line).trim()) return [line];
  if (typeof line === 'string') return [say];
  const { recording: _recording, words: _words, ...kept } = line;
  return [{ ...kept, say }];
}

function charactersOf(lines: readonly (string | LineDocument)[]): number {
  return lines.reduce((sum, line) => sum + sayOf(line).length, 0);
}

function simplest(lines: readonly (string | LineDocument)[]): Narration {
  const [only] = lines;
  return lines.length === 1 && only !== undefined ? only : [...lines];
}

function textList(text: ShotDocument['text']): readonly Exclude<NonNullable<ShotDocument['text']>, readonly unknown[]>[] {
  return text === undefined ? [] : Array.isArray(text) ? text : [text as Exclude<NonNullable<ShotDocument['text']>, readonly unknown[]>];
}

type Length = { readonly amount: number; readonly unit: string };

function lengthOf(length: string | undefined): Length | undefined {
  if (length === undefined || !durationSchema.safeParse(length).success) return undefined;
  const match = /([\d.]+)\s*(ms|s|min|f)/.exec(length);
  return match === null ? undefined : { amount: Number(match[1]), unit: match[2] ?? 's' };
}

function sharedLength(length: string | undefined, share: number): readonly [string | undefined, string | undefined] {
  const given = lengthOf(length);
  if (given === undefined) return [undefined, undefined];
  const first = rounded(given.amount * share, given.unit);
  return [`${first}${given.unit}`, `${rounded(given.amount - first, given.unit)}${given.unit}`];
}

/** Both lengths in the first's unit where they share one, else in milliseconds; none where either has none, so that the narration decides. */
function summedLength(first: string | undefined, second: string | undefined): string | undefined {
  const [a, b] = [lengthOf(first), lengthOf(second)];
  if (a === undefined || b === undefined) return undefined;
  if (a.unit === b.unit) return `${rounded(a.amount + b.amount, a.unit)}${a.unit}`;
  if (a.unit === 'f' || b.unit === 'f') return undefined;
  const ms: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };
  return `${Math.round(a.amount * (ms[a.unit] ?? 1) + b.amount * (ms[b.unit] ?? 1))}ms`;
}

function rounded(amount: number, unit: string): number {
  return unit === 'f' || unit === 'ms' ? Math.max(1, Math.round(amount)) : Math.max(0.1, Math.round(amount * 100) / 100);
}
