import type { CaptionPage, CaptionSource } from '@filmwright/contracts';
import { type Bitmap, wholeBitmap } from './bitmap.ts';
import { blankCanvas, type Canvas, type Context } from './canvas.ts';
import { type CaptionLook, captionLook } from './caption-look.ts';
import { withAlpha } from './color.ts';
import { drawLine } from './draw-line.ts';
import { type FontPath, fontSet } from './font-set.ts';
import { type CaptionLayout, layoutCaption } from './layout-caption.ts';
import type { Piece } from './set-line.ts';

/** What a frame shows: a page and the word lit on it; `word` is -1 before the first word and the number of words after the last. */
export type CaptionMoment = { readonly page: number; readonly word: number };

/** Captions ready to be asked frame by frame. */
export type PaintedCaption = {
  /** Index of the page shown in a shot-relative frame, or null where none is. */
  readonly pageAt: (frame: number) => number | null;
  /** Page and lit word of a shot-relative frame, or null; the same moment always has the same bitmap. */
  readonly momentAt: (frame: number) => CaptionMoment | null;
  /** Pixels of a page with one word lit; all bitmaps of a page have the same size and place. The last one asked for is kept. */
  readonly bitmap: (page: number, word: number) => Bitmap;
};

/** The page on show in a frame: the last that has begun, if it has not ended. */
export const captionMomentAt = (pages: readonly CaptionPage[], frame: number): CaptionMoment | null => {
  let low = 0;
  let high = pages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pages[middle]?.fromFrame ?? 0) <= frame) low = middle + 1;
    else high = middle;
  }
  const page = pages[low - 1];
  if (!page || frame >= page.untilFrame) return null;
  let word = -1;
  page.words.forEach((candidate, i) => {
    if (candidate.fromFrame <= frame && candidate.untilFrame > candidate.fromFrame) word = i;
  });
  if (word >= 0 && frame >= (page.words[word]?.untilFrame ?? 0) && page.words.slice(word + 1).every((later) => later.fromFrame <= frame))
    word = page.words.length;
  return { page: low - 1, word };
};

/** Prepares captions for painting: pages are laid out when first asked for, and each page's ground (box or outlines) is painted once. */
export const paintCaption = (source: CaptionSource, fontPath: FontPath): PaintedCaption => {
  const fonts = fontSet(source.fonts, { bold: true, fontPath });
  const look = captionLook(source);
  let ground:
    | { readonly page: number; readonly layout: CaptionLayout; readonly canvas: Canvas; readonly x: number; readonly y: number }
    | undefined;
  let last: { readonly page: number; readonly word: number; readonly bitmap: Bitmap } | undefined;

  const prepare = (index: number): NonNullable<typeof ground> => {
    if (ground?.page === index) return ground;
    const page = source.pages[index];
    if (!page) throw new RangeError(`There is no caption page ${index}; there are ${source.pages.length}.`);
    const layout = layoutCaption(source, { page, fonts });
    const margin = source.style === 'boxed' ? 2 : Math.ceil(layout.sizePx * 0.4);
    const x = Math.floor(layout.panel.x) - margin;
    const y = Math.floor(layout.panel.y) - margin;
    const { canvas, context } = blankCanvas(
      Math.ceil(layout.panel.x + layout.panel.width) + margin - x,
      Math.ceil(layout.panel.y + layout.panel.height) + margin - y,
    );
    context.translate(-x, -y);
    paintGround(context, { layout, look });
    ground = { page: index, layout, canvas, x, y };
    return ground;
  };

  return {
    pageAt: (frame) => captionMomentAt(source.pages, frame)?.page ?? null,
    momentAt: (frame) => captionMomentAt(source.pages, frame),
    bitmap: (page, word) => {
      if (last?.page === page && last.word === word) return last.bitmap;
      const { layout, canvas, x, y } = prepare(page);
      const painted = blankCanvas(canvas.width, canvas.height);
      painted.context.drawImage(canvas, 0, 0);
      painted.context.translate(-x, -y);
      if (look.pill) paintPill(painted.context, { layout, word, color: look.pill });
      for (const { line, x: left, baseline, wordOf } of layout.lines) {
        const fill = (piece: Piece): string => {
          const index = wordOf(piece.start);
          return index === word ? look.lit : index < word ? look.spoken : look.coming;
        };
        drawLine(painted.context, line, { x: left, y: baseline, fill });
      }
      const bitmap = wholeBitmap(painted.canvas, { x, y });
      last = { page, word, bitmap };
      return bitmap;
    },
  };
};

const paintGround = (context: Context, options: { readonly layout: CaptionLayout; readonly look: CaptionLook }): void => {
  const { layout, look } = options;
  const { panel, sizePx } = layout;
  if (look.panelAlpha > 0) {
    context.fillStyle = withAlpha(look.ground, look.panelAlpha);
    context.beginPath();
    context.roundRect(panel.x, panel.y, panel.width, panel.height, sizePx * 0.32);
    context.fill();
    return;
  }
  for (const pass of [
    { width: 0.24, blur: 0.16, offset: 0.05, alpha: 0.5 },
    { width: 0.17, blur: 0, offset: 0, alpha: 1 },
  ]) {
    context.filter = pass.blur > 0 ? `blur(${sizePx * pass.blur}px)` : 'none';
    for (const { line, x, baseline } of layout.lines)
      drawLine(context, line, {
        x,
        y: baseline + sizePx * pass.offset,
        fill: '#000000',
        stroke: { widthPx: sizePx * pass.width, color: withAlpha(look.outline, pass.alpha) },
      });
  }
  context.filter = 'none';
};

const paintPill = (context: Context, options: { readonly layout: CaptionLayout; readonly word: number; readonly color: string }): void => {
  const { sizePx } = options.layout;
  for (const { line, x, baseline, wordOf } of options.layout.lines) {
    const pieces = line.pieces.filter((piece) => piece.text.trim() !== '' && wordOf(piece.start) === options.word);
    const first = pieces[0];
    const last = pieces.at(-1);
    if (!first || !last) continue;
    const pad = sizePx * 0.14;
    context.fillStyle = options.color;
    context.beginPath();
    context.roundRect(x + first.x - pad, baseline - sizePx * 0.92, last.x + last.width - first.x + pad * 2, sizePx * 1.22, sizePx * 0.22);
    context.fill();
  }
};
