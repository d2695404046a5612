import type { FilmDocument } from '@filmwright/contracts';
import { plainText } from './plain-text.ts';
import { sentencesOf } from './sentences.ts';

type ShotDocument = FilmDocument['storyboard'][number];

export type ScriptOptions = {
  readonly language: string;
  /** Characters of a shot beyond which its paragraph is cut at a sentence; about 14 letters are spoken in a second. */
  readonly longestShot?: number;
};

const headingPattern = /^(#{1,4}\s+.{1,100}|[^.!?。！？…:]{1,60}:)$/u;
const spokenPattern = /[\p{L}\p{N}]/u;
const longestLine = 20_000;

/**
 * A storyboard from a script as people write it: a paragraph is a shot, cut at sentences where it is long; a line of its own that starts with `#` or
 * ends with a colon becomes the title on the shot after it, lines that start with a dash or a bullet its bullets. Shots are named `shot-1`, `shot-2`, ...
 */
export function storyboardFromScript(script: string, { language, longestShot = 240 }: ScriptOptions): readonly ShotDocument[] {
  const shots: ShotDocument[] = [];
  let title: string | null = null;
  const add = (shot: ShotDocument): void => {
    const text = title === null ? shot.text : [{ text: title, style: 'title' as const }, ...listOf(shot.text)];
    shots.push({ id: `shot-${shots.length + 1}`, ...shot, ...(text === undefined ? {} : { text }) });
    title = null;
  };
  for (const paragraph of plainText(script).text.split(/\n\s*\n/)) {
    const lines = paragraph
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    while (lines[0] !== undefined && headingPattern.test(lines[0])) {
      if (title !== null) add({ text: [{ text: title, style: 'title' }], length: '3s' });
      title = (lines.shift() ?? '').replace(/^#+\s*/, '').replace(/:$/, '');
    }
    const bullets = lines.filter((line) => bulletPattern.test(line)).map((line) => line.replace(bulletPattern, ''));
    const prose = lines.filter((line) => !bulletPattern.test(line)).join(' ');
    const said = prose !== '' ? prose : bullets.map((bullet) => (/[.!?。！？…]$/u.test(bullet) ? bullet : `${bullet}.`)).join(' ');
    if (!spokenPattern.test(said)) continue;
    const shown =
      bullets.length > 0 && bullets.length <= 8
        ? { text: [{ text: bullets.map((bullet) => bullet.slice(0, 500)), style: 'bullets' as const }] }
        : {};
    for (const [part, narration] of cutAtSentences(said, { language, longest: longestShot }).entries())
      add({ narration, ...(part === 0 ? shown : {}) });
  }
  if (title !== null) add({ text: [{ text: title, style: 'title' }], length: '3s' });
  return shots;
}

const bulletPattern = /^(?:[-*•–]|\d{1,2}[.)])\s+/u;

function listOf(text: ShotDocument['text']): Exclude<NonNullable<ShotDocument['text']>, { readonly text: unknown }> {
  return text === undefined ? [] : Array.isArray(text) ? text : [text];
}

function cutAtSentences(text: string, { language, longest }: { readonly language: string; readonly longest: number }): readonly string[] {
  const parts: string[] = [];
  for (const sentence of sentencesOf(text, language)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + 1 + sentence.length <= longest) parts[parts.length - 1] = `${last} ${sentence}`;
    else for (let at = 0; at < sentence.length; at += longestLine) parts.push(sentence.slice(at, at + longestLine));
  }
  // A last sentence too short for a shot of its own goes with the one before it.
  const [before, last] = parts.slice(-2);
  if (before !== undefined && last !== undefined && last.length < 25 && before.length + last.length < longestLine)
    parts.splice(-2, 2, `${before} ${last}`);
  return parts;
}
