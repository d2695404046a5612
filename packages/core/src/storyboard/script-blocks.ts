import { plainText } from '../edit/plain-text.ts';
import { type ScriptLine, spokenLine } from './speaker-lines.ts';

/** A part of a script as people write it: `show` is a direction, a file's name or words for a picture; `pause` a line of dashes. */
export type ScriptBlock =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'prose'; readonly lines: readonly ScriptLine[] }
  | { readonly type: 'list'; readonly items: readonly string[] }
  | { readonly type: 'quote'; readonly text: string; readonly by: string | null }
  | { readonly type: 'show'; readonly what: string }
  | { readonly type: 'pause' };

const headingPattern = /^(?:#{1,6}\s+(.{1,200})|([^.!?。！？…:：]{1,60})[:：])$/u;
const bulletPattern = /^(?:(?:[-*•–‣◦▪·→]|\d{1,2}[.)])\s+)?(?:[☐☑☒✓✔✗]|\[[ xX]?\])\s+|^(?:[-*•–‣◦▪·→]|\d{1,2}[.)])\s+/u;
/** Words by which people find a post, which nobody says. */
const tagsPattern = /^(?:#[\p{L}\p{N}_]+(?:\s+|$))+$/u;
/** A line by itself above a list or a long paragraph that is no sentence. */
const headlinePattern = /^[\p{Lu}\p{N}][^.!?。！？…:：]{0,58}[\p{L}\p{N})”"’]$/u;
const mostHeadlineWords = 8;
/** So long a line is one that nobody wrapped. */
const unwrapped = 80;
const capitals = /^[^\p{Ll}]*\p{Lu}{4}[^\p{Ll}]*$/u;
/** "Helpers: Ann and Ben" is a line of its own, not the rest of the one above it. */
const labelPattern = /^\p{Lu}[^.:!?。！？：]{0,40}[:：]\s+\S/u;
const spokenPattern = /[\p{L}\p{N}]/u;
const quotePattern = /^>\s?/;
const sourcePattern = /^[—–-]{1,2}\s*(\S.{0,58})$/u;
const directionPattern = /^(?:!\[([^\]]{0,300})\]\(([^)]{1,500})\)|\[([^\]]{1,500})\]|[(（]([^)）]{1,500})[)）])$/u;
const pausePattern = /^(?:-{3,}|\*{3,}|_{3,}|…|\.{3})$/u;
/** What screenplays write between scenes: where it plays, and how one goes over into the next. */
const sluglinePattern = /^(?:INT|EXT|INT\.?\/EXT)\.?\s+(\S.{0,120})$/u;
const goingOverPattern = /^(?:FADE (?:IN|OUT|TO BLACK)|CUT TO|SMASH CUT TO|DISSOLVE TO|THE END|ENDE|FIN)[.:]?$/u;
/** A line of its own at the beginning of a script without an end of a sentence. */
const titlePattern = /^[^\n]{2,60}[\p{L}\p{N})”"’]$/u;
/** A quotation with whose it is behind it. */
const sourcedQuote = /^(["“„«「『].{1,600}["”“»」』])\s*[—–-]{1,2}\s*(\S.{0,58})$/u;
const openQuote = /^["“„«「『](.{1,600})["”“»」』]$/u;

/**
 * A script in parts. Lines that start with `#` or end with a colon are headings, and a first line by itself that is no sentence; dashes, bullets and numbers make a list; `>` or quotation marks around
 * all of a paragraph make a quotation, what follows a dash behind it says whose; brackets around a whole line are directions. A short line that is no sentence is a
 * heading above a list or a long paragraph, and in capital letters. Lines of nothing but #tags are left out.
 */
export function scriptBlocks(script: string, speakers: ReadonlySet<string>): readonly ScriptBlock[] {
  const blocks: Growing[] = [];
  const paragraphs = plainText(script).text.split(/\n\s*\n/);
  for (const [at, paragraph] of paragraphs.entries()) {
    if (at === 0 && paragraphs.length > 1 && isTitle(paragraph.trim(), speakers)) {
      blocks.push({ type: 'heading', text: withoutMarks(paragraph.trim()) });
      continue;
    }
    const lines = paragraph
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const quoted = quoteOf(lines);
    if (quoted !== null) blocks.push(quoted);
    else {
      const after = paragraphs[at + 1]?.trim();
      for (const [number, line] of lines.entries())
        addLine(blocks, { line, speakers, starts: number === 0, next: lines[number + 1], after });
    }
  }
  return blocks;
}

/** A part while its lines are read. */
type Growing =
  | Exclude<ScriptBlock, { readonly type: 'prose' | 'list' }>
  | { readonly type: 'prose'; readonly lines: ScriptLine[] }
  | { readonly type: 'list'; readonly items: string[] };

function isTitle(line: string, speakers: ReadonlySet<string>): boolean {
  const isPlain = ![headingPattern, bulletPattern, quotePattern, directionPattern, openQuote, sluglinePattern, goingOverPattern].some(
    (each) => each.test(line),
  );
  return (
    isPlain &&
    titlePattern.test(line) &&
    spokenPattern.test(line) &&
    spokenLine(line, speakers).speaker === null &&
    !/[.!?。！？]\s/u.test(line)
  );
}

type Adding = {
  readonly line: string;
  readonly speakers: ReadonlySet<string>;
  readonly starts: boolean;
  /** The next line of the paragraph, and the paragraph after it. */
  readonly next: string | undefined;
  readonly after: string | undefined;
};

/** Whether a line without a mark is a heading, by what stands below it. */
function isHeadline({ line, starts, next, after }: Adding): boolean {
  if (!starts || !headlinePattern.test(line) || line.split(/\s+/u).length > mostHeadlineWords) return false;
  if (next === undefined) return after !== undefined && (bulletPattern.test(after) || capitals.test(line));
  return bulletPattern.test(next) || next.length >= unwrapped;
}

function addLine(blocks: Growing[], adding: Adding): void {
  const { line, speakers, starts } = adding;
  const last = blocks.at(-1);
  const direction = directionPattern.exec(line);
  const place = sluglinePattern.exec(line)?.[1];
  if (pausePattern.test(line) || goingOverPattern.test(line)) blocks.push({ type: 'pause' });
  else if (place !== undefined) blocks.push({ type: 'pause' }, { type: 'show', what: place.toLowerCase() });
  else if (direction !== null) blocks.push({ type: 'show', what: (direction[2] ?? direction[3] ?? direction[4] ?? '').trim() });
  else if (!spokenPattern.test(line) || tagsPattern.test(line)) return;
  else if (bulletPattern.test(line)) {
    const item = withoutMarks(line.replace(bulletPattern, ''));
    if (last?.type === 'list') last.items.push(item);
    else blocks.push({ type: 'list', items: [item] });
  } else {
    const said = spokenLine(line, speakers);
    const heading = said.speaker === null ? headingPattern.exec(line) : null;
    if (said.speaker === null && isHeadline(adding)) blocks.push({ type: 'heading', text: withoutMarks(line) });
    else if (heading !== null)
      blocks.push({ type: 'heading', text: withoutMarks(heading[1] ?? heading[2] ?? '').replace(/\s*[:：]$/u, '') });
    else if (said.text !== '') addProse(blocks, { said, starts });
  }
}

/** A line that wraps goes on with the one before it; a speaker's or a paragraph's first begins anew. */
function addProse(blocks: Growing[], { said, starts }: { readonly said: ScriptLine; readonly starts: boolean }): void {
  const last = blocks.at(-1);
  const { speaker, text } = said;
  const before = last?.type === 'prose' ? last.lines.at(-1) : undefined;
  if (last?.type !== 'prose' || starts) blocks.push({ type: 'prose', lines: [{ speaker, text }] });
  else if (speaker === null && before !== undefined) {
    const end = labelPattern.test(text) && /[\p{L}\p{N})]$/u.test(before.text) ? '.' : '';
    last.lines[last.lines.length - 1] = { ...before, text: `${before.text}${end} ${text}` };
  } else last.lines.push({ speaker, text });
}

function quoteOf(written: readonly string[]): Extract<ScriptBlock, { readonly type: 'quote' }> | null {
  const [, alone, whose] = sourcedQuote.exec(written.join(' ')) ?? [];
  const lines = alone === undefined ? written : [alone, `— ${whose}`];
  const by = lines.length > 1 ? (sourcePattern.exec((lines.at(-1) ?? '').replace(quotePattern, ''))?.[1] ?? null) : null;
  const said = by === null ? lines : lines.slice(0, -1);
  const text = said.map((line) => line.replace(quotePattern, '')).join(' ');
  const marked = said.length > 0 && said.every((line) => quotePattern.test(line));
  const inner = openQuote.exec(text)?.[1];
  // Two quotations in a row are talk, and end and begin with the same marks.
  if (!marked && (inner === undefined || /["”“»」』„«「『]/u.test(inner))) return null;
  const words = withoutMarks(inner ?? text).trim();
  return words === '' ? null : { type: 'quote', text: words, by: by === null ? null : withoutMarks(by) };
}

/** Text without the marks of Markdown: stars, backticks, addresses of links. */
export function withoutMarks(text: string): string {
  return (
    text
      .replace(/!?\[([^\]]{1,300})\]\([^)]{1,500}\)/g, '$1')
      .replace(/(\*\*|__)(?=\S)(.{1,1000}?)\1/g, '$2')
      .replace(/(?<![\p{L}\p{N}*])\*(?=\S)([^*]{1,500})\*(?![\p{L}\p{N}*])/gu, '$1')
      .replace(/`([^`]{1,300})`/g, '$1')
      // Arrows are drawn, not said.
      .replace(/ (?:-{1,2}|=)> /g, ' – ')
  );
}
