import type { CaptionPage, CaptionSource } from '@filmwright/contracts';
import { type Direction, directionOf } from '@filmwright/core/text/bidi';
import { breakWords, joinWords, spaceBetween } from '@filmwright/core/text/break-lines';
import { type FontSet, plainText } from './font-set.ts';
import { lineWidth, type SetLine, type Setting, setLine } from './set-line.ts';
import { verticalOf } from './text-block.ts';

/** One line of a page; `wordOf` tells which word of the page a piece belongs to by its offset in the line. */
export type CaptionLine = {
  readonly line: SetLine;
  readonly x: number;
  readonly baseline: number;
  readonly wordOf: (offset: number) => number;
};

/** A page laid out: the panel that holds it in output pixels, its lines, and how far it was shrunk. */
export type CaptionLayout = {
  readonly lines: readonly CaptionLine[];
  readonly panel: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly sizePx: number;
  readonly share: number;
  readonly fits: boolean;
  readonly text: string;
};

const padX = 0.62;
const padY = 0.44;
const leadingEm = 1.24;

/** Lays a page out on at most two lines inside the captions' box; shrinks it until it fits, below 60 % only so that nothing is cut off. */
export const layoutCaption = (source: CaptionSource, options: { readonly page: CaptionPage; readonly fonts: FontSet }): CaptionLayout => {
  const words = options.page.words.map((word) => plainText(word.text));
  const text = joinWords(words);
  const direction = directionOf(text, source.language);
  const vertical = verticalOf(text, source.language);
  let share = 1;
  for (;;) {
    const sizePx = source.sizePx * share;
    const setting: Setting = { fonts: options.fonts, sizePx, language: source.language, tracking: -0.006 };
    const room = source.box.width - padX * 2 * sizePx;
    const broken = breakWords({
      words,
      language: source.language,
      maxWidth: room,
      measure: (line) => lineWidth(line, { setting, direction }),
      maxLines: 2,
    });
    const leading = (leadingEm + vertical.extraLeading * 0.6) * sizePx;
    const height = (vertical.top + vertical.bottom * 0.6 + padY * 2) * sizePx + (broken.lines.length - 1) * leading;
    const fits = broken.fits && height <= source.box.height + 0.5;
    if (!fits && share > 0.2) {
      share -= 0.04;
      continue;
    }
    const lines = broken.lines.map(({ from, until }) => captionLine(words.slice(from, until), { setting, direction, from }));
    const width = Math.max(...lines.map(({ line }) => line.width)) + padX * 2 * sizePx;
    const panel = {
      x: source.box.x + (source.box.width - width) / 2,
      y:
        source.box.y +
        (source.alignY === 'top' ? 0 : source.alignY === 'center' ? (source.box.height - height) / 2 : source.box.height - height),
      width,
      height,
    };
    return {
      lines: lines.map(({ line, wordOf }, i) => ({
        line,
        wordOf,
        x: panel.x + (panel.width - line.width) / 2,
        baseline: panel.y + (padY + vertical.top) * sizePx + i * leading,
      })),
      panel,
      sizePx,
      share,
      fits: fits && share >= 0.599,
      text,
    };
  }
};

const captionLine = (
  words: readonly string[],
  options: { readonly setting: Setting; readonly direction: Direction; readonly from: number },
): Pick<CaptionLine, 'line' | 'wordOf'> => {
  const starts: number[] = [];
  let length = 0;
  words.forEach((word, i) => {
    starts.push(length);
    length += word.length + (i + 1 < words.length ? spaceBetween(word, words[i + 1] ?? '').length : 0);
  });
  const cuts = starts.flatMap((start, i) => [start, start + (words[i]?.length ?? 0)]);
  const line = setLine(joinWords(words), { setting: options.setting, direction: options.direction, cuts });
  return { line, wordOf: (offset) => options.from + starts.findLastIndex((start) => start <= offset) };
};
