import type { WrittenShot } from '@filmwright/contracts';
import { type ScriptBlock, withoutMarks } from './script-blocks.ts';
import { cutByRhythm } from './shot-rhythm.ts';
import type { ScriptLine } from './speaker-lines.ts';
import { sayingMs, timedSentences } from './timed-sentences.ts';

/** A shot before it is known what it shows: `wish` is the direction that stands before it, `part` counts the headings above it. */
export type WantedShot = Omit<WrittenShot, 'visual'> & { readonly wish: string | null; readonly part: number };

const cardSeconds = 3;
const mostPoints = 8;
const longestPoint = 200;
const longestShownQuote = 180;
/** What is said last in so short a time is said over the closing card. */
const closingMs = 5500;

/** Shots of a script's parts in order; the first heading opens the film. */
export function wantedShots(
  blocks: readonly ScriptBlock[],
  { title, language }: { readonly title: string | null; readonly language: string },
): readonly WantedShot[] {
  const shots: WantedShot[] = [];
  let heading: string | null = null;
  let wish: string | null = null;
  let lead: string | null = null;
  let part = 0;
  const add = (shot: Partial<Omit<WantedShot, 'part'>>): void => {
    const opens = heading !== null && shot.heading === undefined;
    const kind =
      shots.length === 0 && heading !== null
        ? 'opening'
        : opens && shot.kind !== 'points' && shot.kind !== 'quote'
          ? 'part'
          : (shot.kind ?? 'plain');
    shots.push({ points: [], lines: [], seconds: null, ...shot, kind, heading: shot.heading ?? heading, wish: shot.wish ?? wish, part });
    heading = null;
    wish = null;
  };
  const card = (): void => {
    if (heading !== null) add({ seconds: cardSeconds });
  };
  for (const [at, block] of blocks.entries()) {
    switch (block.type) {
      case 'heading':
        // A line with a colon under a heading leads to its list.
        if (heading !== null && blocks[at + 1]?.type === 'list') {
          lead = `${block.text}:`;
          break;
        }
        card();
        part++;
        heading = block.text.slice(0, 120);
        break;
      case 'show':
        wish = block.what;
        break;
      case 'pause':
        card();
        part++;
        break;
      case 'quote': {
        const text = block.text.length <= longestShownQuote ? [block.text] : [];
        card();
        add({ kind: 'quote', heading: block.by?.slice(0, 120) ?? null, points: text, lines: [{ speaker: null, text: block.text }] });
        break;
      }
      case 'list':
        for (const points of evenly(block.items)) {
          const said = points.map((point) => ({ speaker: null, text: /[.!?。！？…]$/u.test(point) ? point : `${point}.` }));
          const lines = lead === null ? said : [{ speaker: null, text: lead }, ...said];
          add({ kind: 'points', points: points.map((point) => point.slice(0, longestPoint)), lines });
          lead = null;
        }
        break;
      case 'prose':
        for (const lines of inShots(block.lines, language)) add({ lines });
        break;
    }
  }
  card();
  return closed(shots, { title, language });
}

/** Lists of nine points and more are shown in parts of about the same length. */
function evenly(items: readonly string[]): readonly (readonly string[])[] {
  const parts = Math.ceil(items.length / mostPoints);
  const size = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** What is said, in shots; sentences of one speaker in one shot are one line. */
function inShots(lines: readonly ScriptLine[], language: string): readonly (readonly ScriptLine[])[] {
  return cutByRhythm(timedSentences(lines, language)).map((group) => {
    const said: ScriptLine[] = [];
    for (const { said: one } of group) {
      const last = said.at(-1);
      if (last !== undefined && last.speaker === one.speaker) said[said.length - 1] = { ...last, text: joined(last.text, one.text) };
      else said.push(one);
    }
    return said;
  });
}

function joined(one: string, other: string): string {
  return /[。！？，、；：”』」]$/u.test(one) ? `${one}${other}` : `${one} ${other}`;
}

/** The last words are said over the closing card where they are short; else a silent one follows. A film of one shot or two, or without a title, has none. */
function closed(
  shots: readonly WantedShot[],
  { title, language }: { readonly title: string | null; readonly language: string },
): readonly WantedShot[] {
  const last = shots.at(-1);
  if (last === undefined || title === null || shots.length < 3) return shots;
  const saidMs = last.lines.reduce((sum, { text }) => sum + sayingMs(text, language), 0);
  const narrated = last.lines.every(({ speaker }) => speaker === null);
  if (last.kind === 'plain' && narrated && saidMs <= closingMs)
    return [...shots.slice(0, -1), { ...last, kind: 'closing', heading: last.heading ?? title }];
  if (last.lines.length === 0) return shots;
  return [...shots, { kind: 'closing', heading: title, points: [], lines: [], seconds: cardSeconds, wish: null, part: last.part + 1 }];
}

/** What of a line stands out and may be shown: what is set in bold, else a number with its unit; null where nothing does. */
export function standsOut(text: string): string | null {
  const bold = /(\*\*|__)(?=\S)(.{2,48}?)\1/u.exec(text)?.[2];
  if (bold !== undefined) return bold;
  const numbers = withoutMarks(text).match(numberPattern) ?? [];
  // What has a unit says more than a bare number, and that more than a year.
  const weight = (number: string): number => (/[%€°$£¥₹]|\p{L}/u.test(number) ? 2 : /^\d{4}$/.test(number) ? 0 : 1);
  // Bare small numbers count things that nobody would remember, and fractions of who knows what say nothing.
  const best = numbers
    .filter((number) => weight(number) === 2 || /^\d{3,}$|^\d{1,3}(?:[.,'\s]\d{3})+$/u.test(number))
    .sort((a, b) => weight(b) - weight(a))[0];
  return best ?? null;
}

/** Words behind a number that belong to it: measures, times, many; by their beginnings, in languages with Latin letters. */
const units =
  'hours?|minutes?|seconds?|days?|weeks?|months?|years?|million|billion|percent|people|miles?|kilomet\\p{L}+|met(?:er|re)s?|degrees?|dollars|euros?|' +
  'Stunden?|Minuten?|Sekunden?|Tagen?|Wochen?|Monaten?|Jahren?|Millionen|Milliarden|Prozent|Menschen|Kilometern?|Metern?|Grad|' +
  'heures?|jours?|semaines?|mois|ans|années|millions|milliards|personnes|horas?|días?|semanas?|meses|años|millones|personas|[kKMGT]B|[kMG]?Wh?|[kcm]?m|kg|t|km/h';
const numberPattern = new RegExp(
  // Neither a date (3.11., 2026-11-03) nor a time of the day (6:30).
  `(?:[$€£¥₹]\\s?)?(?<![\\d.,:/\\p{L}]|\\d )(?!\\d{1,2}\\.\\s?\\d{1,2}\\.|\\d{4}-\\d\\d-|\\d{1,2}[:/]\\d)` +
    `(?:\\d{1,3}(?:[ \\u00a0\\u202f]\\d{3})+(?!\\d)|\\d(?:[\\d.,']*\\d)?)` +
    `(?:\\s?(?:[%€](?!\\p{L})|°[CF]?(?!\\p{L}))|\\s(?:${units})(?![\\p{L}\\d-]))?`,
  'gu',
);
