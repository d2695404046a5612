import type { Film, ScriptLine, Shot } from '@filmwright/contracts';
import { linesOf } from '../film/lines-of.ts';
import { textsOf } from '../film/texts-of.ts';

/** A text of a film that a translator sees: what it is, where it stands, and how it reads. */
export type FilmText = { readonly id: string; readonly kind: 'title' | 'narration' | 'text'; readonly original: string };

/** Every text of a film in the order in which it is seen and heard: the title, then of each shot what is said and what is written. Ids come from the shots' ids. */
export function filmTexts(film: Film): readonly FilmText[] {
  return [
    { id: 'title', kind: 'title', original: film.title },
    ...film.storyboard.flatMap((shot, index) => shotTexts(shot, shotName(shot, index))),
  ];
}

/** How the lines of a shot are named: by its id, else by its number, counted from 1. */
export function shotName(shot: Shot, index: number): string {
  return shot.id ?? `shot-${index + 1}`;
}

function shotTexts(shot: Shot, name: string): readonly FilmText[] {
  const said = linesOf(shot);
  return [
    ...said.map(({ say }, at): FilmText => ({ id: narrationId(name, said.length === 1 ? null : at), kind: 'narration', original: say })),
    ...textsOf(shot).flatMap((block, at) => {
      const lines = Array.isArray(block.text) ? block.text : [block.text];
      return lines.map(
        (original, number): FilmText => ({
          id: textId(name, { at, line: Array.isArray(block.text) ? number : null }),
          kind: 'text',
          original,
        }),
      );
    }),
  ];
}

/** Id of a line that is said; `at` is null where the shot has one alone. */
export function narrationId(shot: string, at: number | null): string {
  return at === null ? `${shot}.says` : `${shot}.says.${at + 1}`;
}

/** Id of a line that is written on a shot; `line` is null where the text is one line alone. */
export function textId(shot: string, { at, line }: { readonly at: number; readonly line: number | null }): string {
  return `${shot}.text.${at + 1}${line === null ? '' : `.${line + 1}`}`;
}

/** Whether a text has to be translated at all: one without letters (a price, a year) reads the same everywhere. */
export function isTranslatable({ original }: Pick<FilmText, 'original'>): boolean {
  return /\p{L}/u.test(original);
}

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Whether two originals read the same; white space does not count. */
export function sameOriginal(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

/** Finds the line of a script for a text: the one of its id, unless another one has just these words (a shot that was renamed or moved). */
export function lineFinder(lines: readonly ScriptLine[]): (text: FilmText) => ScriptLine | undefined {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const translated = lines.filter((line) => line.translation.trim() !== '');
  const byWords = new Map(translated.toReversed().map((line) => [plain(line.original), line]));
  return (text) => {
    const own = byId.get(text.id);
    const twin = byWords.get(plain(text.original));
    const fits = own !== undefined && own.translation.trim() !== '' && sameOriginal(own.original, text.original);
    return fits ? own : (twin ?? own);
  };
}

/** Lines of a script that fit no text of a film any more. */
export function leftOver(lines: readonly ScriptLine[], texts: readonly FilmText[]): readonly ScriptLine[] {
  const ids = new Set(texts.map(({ id }) => id));
  const words = new Set(texts.map(({ original }) => plain(original)));
  return lines.filter((line) => !ids.has(line.id) && !words.has(plain(line.original)));
}
