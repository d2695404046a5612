import type { Film, Script, ScriptLine } from '@filmwright/contracts';
import { filmTexts, isTranslatable, lineFinder, sameOriginal } from './script-lines.ts';

export type WriteScript = {
  readonly film: Film;
  readonly language: string;
  /** The script as it was translated before; what still fits is kept. */
  readonly before: Script | null;
};

/** The script of a film for a translator. Translations made before stay; where the original has changed since, the line tells what it said (`was`). What reads the same everywhere (a price, a year) stands there as it is, to be changed where it is said otherwise. */
export function writtenScript({ film, language, before }: WriteScript): Script {
  const lineFor = lineFinder(before?.lines ?? []);
  const lines = filmTexts(film).map((text): ScriptLine => {
    const known = lineFor(text);
    const untouched = known === undefined || (!isTranslatable(text) && sameOriginal(known.translation, known.original));
    if (untouched) return { id: text.id, original: text.original, translation: isTranslatable(text) ? '' : text.original };
    const { translation, recording, was } = known;
    const changed = sameOriginal(known.original, text.original) ? was : known.original;
    return {
      id: text.id,
      original: text.original,
      translation,
      ...(changed === undefined || translation.trim() === '' ? {} : { was: changed }),
      ...(recording === undefined ? {} : { recording }),
    };
  });
  return {
    'filmwright-script': 1,
    from: film.language,
    language,
    ...(before?.voice === undefined ? {} : { voice: before.voice }),
    voices: before?.voices ?? {},
    lines,
  };
}
