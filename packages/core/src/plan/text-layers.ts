import type { Film, FontStack, Layer, Path, Shot, TextBlock, TextPosition, TextSource, TextStyle } from '@filmwright/contracts';
import { framesOf, type Size } from '../film/frames.ts';
import { textsOf } from '../film/texts-of.ts';
import { languageDirection } from '../text/bidi.ts';
import { estimateLines } from '../text/estimate-lines.ts';
import { type Arrangement, arrangementOf, defaultPosition, logoCorner, widestShare } from './arrangement.ts';
import { round, steady } from './motion.ts';
import type { Uploads } from './uploads.ts';

/** Size of a style's letters as a share of the frame's short side, line height in ems, widest share of the frame, space below in ems. */
const styles: Readonly<
  Record<
    TextStyle,
    {
      readonly size: number;
      readonly lineEm: number;
      readonly width: number;
      readonly gapEm: number;
      readonly padEm: number;
      readonly bold: boolean;
    }
  >
> = {
  kicker: { size: 0.026, lineEm: 1.3, width: 0.42, gapEm: 1.0, padEm: 0, bold: true },
  title: { size: 0.086, lineEm: 1.08, width: 0.46, gapEm: 0.36, padEm: 0, bold: true },
  subtitle: { size: 0.04, lineEm: 1.32, width: 0.42, gapEm: 0.8, padEm: 0, bold: false },
  bullets: { size: 0.044, lineEm: 1.3, width: 0.42, gapEm: 0.8, padEm: 0.55, bold: false },
  'price-tag': { size: 0.082, lineEm: 1.15, width: 0.34, gapEm: 0.5, padEm: 0.8, bold: true },
  button: { size: 0.038, lineEm: 1.2, width: 0.36, gapEm: 0.8, padEm: 1.5, bold: true },
  'lower-third': { size: 0.044, lineEm: 1.25, width: 0.5, gapEm: 0.6, padEm: 1.0, bold: true },
  label: { size: 0.03, lineEm: 1.25, width: 0.32, gapEm: 0.7, padEm: 0.8, bold: true },
};

export type TextLayerInput = {
  readonly film: Film;
  readonly shot: Shot;
  readonly size: Size;
  readonly frames: number;
  readonly captioned: boolean;
  readonly fonts: FontStack;
  readonly uploads: Uploads;
};

/** A text of a shot with its place on the frame; `index` counts the shot's texts. */
export type PlacedText = {
  readonly index: number;
  readonly source: TextSource;
  readonly fromFrame: number;
  readonly untilFrame: number;
  readonly enter: TextBlock['enter'];
};

/** Lays out the texts of a shot: texts of one position stand under each other as one group, inside the safe area and clear of the captions. */
export function placeTexts(input: TextLayerInput): readonly PlacedText[] {
  const groups = new Map<TextPosition, { block: TextBlock; index: number }[]>();
  const arrangement = arrangementOf(input);
  const texts = textsOf(input.shot);
  const among = texts.map(({ style }) => style);
  texts.forEach((block, index) => {
    const position = block.position ?? readingSide(defaultPosition(block.style, { arrangement, among }), input.film.language);
    groups.set(position, [...(groups.get(position) ?? []), { block, index }]);
  });
  return [...groups].flatMap(([position, blocks]) => placeGroup(input, { position, blocks, arrangement }));
}

/** The place where reading starts: left, or right in languages written from right to left. */
function readingSide(position: TextPosition, language: string): TextPosition {
  return languageDirection(language) === 'rtl' ? (position.replace('left', 'right') as TextPosition) : position;
}

type Group = {
  readonly position: TextPosition;
  readonly blocks: readonly { readonly block: TextBlock; readonly index: number }[];
  readonly arrangement: Arrangement;
};

function placeGroup(
  { film, shot, size, frames, captioned, fonts }: TextLayerInput,
  { position, blocks, arrangement }: Group,
): readonly PlacedText[] {
  const { fps } = film.format;
  const landscape = size.width >= size.height;
  const short = Math.min(size.width, size.height);
  const safe = { x: size.width * 0.07, top: size.height * 0.08, bottom: size.height * (captioned ? (landscape ? 0.25 : 0.3) : 0.08) };
  const alignX = position.endsWith('left') ? 'left' : position.endsWith('right') ? 'right' : 'center';
  const alignY = position.startsWith('top') ? 'top' : position.startsWith('bottom') ? 'bottom' : 'center';
  const sized = blocks.map(({ block, index }) => {
    const style = styles[block.style];
    const sizePx = short * style.size * block.size;
    const widest = widestShare({ own: style.width, style: block.style, arrangement, alignX });
    const width = Math.min(size.width * (block.width ?? widest), size.width - 2 * safe.x);
    const lines = Array.isArray(block.text) ? block.text : block.text.split('\n');
    const inner = width - style.padEm * 2 * sizePx;
    const rows = lines.reduce(
      (sum, line) => sum + estimateLines(line, { widthEm: inner / sizePx, bold: style.bold, language: film.language }),
      0,
    );
    const spread = block.style === 'bullets' ? (lines.length - 1) * 0.45 : 0;
    const height = (rows * style.lineEm + spread + (style.padEm > 0 && block.style !== 'bullets' ? style.padEm * 1.05 : 0.15)) * sizePx;
    return { block, index, style, sizePx, width, lines, height, gap: Math.max(style.gapEm * sizePx * 0.6, short * 0.012) };
  });
  const total = sized.reduce((sum, one, number) => sum + one.height + (number < sized.length - 1 ? one.gap : 0), 0);
  const corner = logoCorner({ film, shot, size });
  const widthOfAll = Math.max(...sized.map(({ width }) => width));
  const rightEdge = alignX === 'left' ? safe.x + widthOfAll : alignX === 'right' ? size.width - safe.x : (size.width + widthOfAll) / 2;
  const top = corner !== null && rightEdge > corner.left ? Math.max(safe.top, corner.bottom + short * 0.035) : safe.top;
  const whole = size.height - top - safe.bottom;
  // A subject below texts gets the larger part of the frame.
  const room = arrangement === 'stacked' && alignY === 'top' ? whole * 0.52 : whole;
  const shrink = Math.min(1, room / total);
  let y = alignY === 'top' ? top : alignY === 'bottom' ? size.height - safe.bottom - total * shrink : top + (whole - total * shrink) / 2;
  return sized.map(({ block, index, sizePx, width, lines, height, gap }) => {
    const x = alignX === 'left' ? safe.x : alignX === 'right' ? size.width - safe.x - width : (size.width - width) / 2;
    const box = { x: round(x), y: round(y), width: round(width), height: round(height * shrink) };
    y += (height + gap) * shrink;
    const { colors } = film.brand;
    const source: TextSource = {
      type: 'text',
      style: block.style,
      lines,
      language: film.language,
      fonts,
      color: block.color ?? defaultColor(block.style, colors),
      fill: block.fill ?? colors.accent,
      box,
      alignX,
      alignY: 'center',
      sizePx: round(sizePx * shrink),
    };
    const fromFrame = Math.min(framesOf(block.at, fps), frames - 1);
    const untilFrame = block.for === undefined ? frames : Math.min(frames, fromFrame + framesOf(block.for, fps));
    return { index, source, fromFrame, untilFrame, enter: block.enter };
  });
}

function defaultColor(style: TextStyle, colors: Film['brand']['colors']): string {
  if (style === 'kicker') return colors.primary;
  return style === 'price-tag' || style === 'button' ? readableOn(colors.accent, colors) : colors.text;
}

/** Black-ish or white, whichever reads better on `background` (WCAG relative luminance). */
function readableOn(background: string, colors: { readonly text: string }): string {
  return luminance(background) > 0.3 ? (luminance(colors.text) < 0.2 ? colors.text : '#14181f') : '#ffffff';
}

/** WCAG 2 relative luminance of `#rgb` or `#rrggbb`, 0..1. */
export function luminance(color: string): number {
  const hex = color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit).join('') : color.slice(1);
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
}

/** Placed texts as layers with their entrance; each comes in a little after the one before it. */
export function textLayers(
  texts: readonly PlacedText[],
  { fps, size, frames }: { readonly fps: number; readonly size: Size; readonly frames: number },
): readonly Layer[] {
  const rise = Math.min(size.width, size.height) * 0.028;
  return texts.map(({ source, fromFrame, untilFrame, enter }, number) => {
    const delay = enter === 'none' ? 0 : Math.round(number * 0.1 * fps);
    const start = Math.min(fromFrame + delay, Math.max(fromFrame, untilFrame - 2));
    const end = Math.min(start + Math.max(1, Math.round(0.45 * fps)), untilFrame - 1);
    const moves = end > start && enter !== 'none';
    const leaves = untilFrame < frames ? Math.max(end, untilFrame - Math.round(0.25 * fps)) : null;
    const opacity: Path = [
      ...(moves
        ? [
            { frame: start, value: 0, ease: 'linear' as const },
            { frame: end, value: 1, ease: 'ease-out' as const },
          ]
        : [{ frame: start, value: 1, ease: 'linear' as const }]),
      ...(leaves !== null && leaves > end
        ? [
            { frame: leaves, value: 1, ease: 'linear' as const },
            { frame: untilFrame, value: 0, ease: 'ease-in' as const },
          ]
        : []),
    ];
    const y: Path =
      moves && enter === 'rise'
        ? [
            { frame: start, value: round(rise), ease: 'linear' },
            { frame: end, value: 0, ease: 'ease-out' },
          ]
        : steady(0);
    const scale: Path =
      moves && enter === 'pop'
        ? [
            { frame: start, value: 0.82, ease: 'linear' },
            { frame: end, value: 1, ease: 'ease-out' },
          ]
        : steady(1);
    return { source, fromFrame: start, untilFrame, x: steady(0), y, scale, opacity };
  });
}
