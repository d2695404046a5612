import type { Film, Issue, Line, OriginalLine, Script, ScriptLine, Shot, TextBlock } from '@filmwright/contracts';
import { voiceAskedFor } from '../film/figures.ts';
import { linesOf } from '../film/lines-of.ts';
import {
  type FilmText,
  filmTexts,
  isTranslatable,
  leftOver,
  lineFinder,
  narrationId,
  sameOriginal,
  shotName,
  textId,
} from './script-lines.ts';

export type DubInput = { readonly film: Film; readonly script: Script };
/** `film` is the document of the dub; with errors it must not be made. */
export type Dubbed = { readonly film: Film; readonly issues: readonly Issue[] };

type Spoken = { readonly text: string; readonly recording: string | undefined };
type Words = (text: FilmText) => Spoken;

/**
 * A film in another language: the same shots and pictures, what is said and written taken from a translated script. It remembers what the original said, so
 * that its shots last as long. Missing, changed and left over lines are told one by one; what is not translated is an error where it is said, a warning where it is written.
 */
export function dubbedFilm({ film, script }: DubInput): Dubbed {
  const texts = filmTexts(film);
  const lineFor = lineFinder(script.lines);
  const issues = [
    ...texts.flatMap((text) => issueOf(text, { line: lineFor(text), language: script.language })),
    ...leftOver(script.lines, texts).map(unused),
  ];
  const words: Words = (text) => {
    const line = lineFor(text);
    const translation = line?.translation.trim() ?? '';
    return { text: translation === '' ? text.original : translation, recording: translation === '' ? undefined : line?.recording };
  };
  const { voice: _, ...rest } = film;
  const characters = Object.fromEntries(
    Object.entries(film.characters).map(([name, { voice, ...character }]) => [
      name,
      voice !== undefined && Object.hasOwn(script.voices, voice) ? { ...character, voice } : character,
    ]),
  );
  const narrator = film.voice !== undefined && Object.hasOwn(script.voices, film.voice) ? film.voice : script.voice;
  return {
    film: {
      ...rest,
      title: words({ id: 'title', kind: 'title', original: film.title }).text,
      language: script.language,
      ...(narrator === undefined ? {} : { voice: narrator }),
      voices: dubVoices(film, script),
      characters,
      storyboard: film.storyboard.map((shot, index) => dubbedShot(shot, { name: shotName(shot, index), words, script })),
      dub: {
        of: film.language,
        voices: film.voices,
        lines: film.storyboard.map((shot) => linesOf(shot).map((line) => originalLine(film, { shot, line }))),
      },
    },
    issues,
  };
}

/** The names of the film's voices, each with the voice that the script gives it. */
function dubVoices(film: Film, script: Script): Film['voices'] {
  return Object.fromEntries(
    Object.entries(script.voices).map(([name, use]) => {
      const { speed = 1, pause } = film.voices[name] ?? {};
      return [name, { use, speed, ...(pause === undefined ? {} : { pause }) }];
    }),
  );
}

type ShotInput = { readonly name: string; readonly words: Words; readonly script: Script };

function dubbedShot(shot: Shot, input: ShotInput): Shot {
  const { narration, text } = shot;
  return {
    ...shot,
    ...(narration === undefined
      ? {}
      : {
          narration: Array.isArray(narration)
            ? narration.map((line, at) => dubbedLine(line, { ...input, id: narrationId(input.name, narration.length === 1 ? null : at) }))
            : dubbedLine(narration, { ...input, id: narrationId(input.name, null) }),
        }),
    ...(text === undefined
      ? {}
      : {
          text: Array.isArray(text) ? text.map((block, at) => dubbedText(block, { ...input, at })) : dubbedText(text, { ...input, at: 0 }),
        }),
  };
}

/** A translated line; the speed, word times and recording of the original are not its own. */
function dubbedLine(line: string | Line, { id, words, script }: ShotInput & { readonly id: string }): string | Line {
  const { text, recording } = words({ id, kind: 'narration', original: typeof line === 'string' ? line : line.say });
  if (typeof line === 'string') return recording === undefined ? text : { say: text, recording };
  const { voice, words: _, recording: __, ...rest } = line;
  return {
    ...rest,
    say: text,
    ...(voice !== undefined && Object.hasOwn(script.voices, voice) ? { voice } : {}),
    ...(recording === undefined ? {} : { recording }),
  };
}

function dubbedText(block: TextBlock, { name, words, at }: ShotInput & { readonly at: number }): TextBlock {
  const put = (original: string, line: number | null): string => words({ id: textId(name, { at, line }), kind: 'text', original }).text;
  return { ...block, text: Array.isArray(block.text) ? block.text.map((line, number) => put(line, number)) : put(block.text, null) };
}

function originalLine(film: Film, { shot, line }: { readonly shot: Shot; readonly line: Line }): OriginalLine {
  const { name } = voiceAskedFor(film, { shot, line });
  const { say, speed, pause, recording } = line;
  return {
    say,
    ...(name === undefined ? {} : { voice: name }),
    ...(speed === undefined ? {} : { speed }),
    ...(pause === undefined ? {} : { pause }),
    ...(recording === undefined ? {} : { recording }),
  };
}

const shortened = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);

type Translation = { readonly line: ScriptLine | undefined; readonly language: string };

function issueOf(text: FilmText, { line, language }: Translation): readonly Issue[] {
  const path = `lines.${text.id}`;
  if (line === undefined || line.translation.trim() === '') {
    if (!isTranslatable(text)) return [];
    const said = text.kind === 'narration';
    return [
      {
        severity: said ? 'error' : 'warning',
        code: 'translation-missing',
        path,
        message: `${text.id} has no translation: ${shortened(text.original)}.${said ? '' : ' It stays as it is.'}`,
        found: line === undefined ? 'no such line' : 'an empty translation',
        wanted: `a translation into ${language}`,
        next: 'Write it under `translation`; `filmwright script` adds lines that are missing.',
      },
    ];
  }
  const before = sameOriginal(line.original, text.original) ? line.was : line.original;
  if (before === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'translation-stale',
      path,
      message: `${text.id} was translated from ${shortened(before)}, which now reads ${shortened(text.original)}.`,
      found: line.translation,
      wanted: 'a translation of what the film says now',
      next: 'Change the translation, then set `original` to the new text and take `was` away.',
    },
  ];
}

function unused({ id, original }: ScriptLine): Issue {
  return {
    severity: 'warning',
    code: 'translation-unused',
    path: `lines.${id}`,
    message: `${id} is not in the film any more: ${shortened(original)}.`,
    next: 'Remove the line; `filmwright script` does so.',
  };
}
