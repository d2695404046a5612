import { type Direction, visualRuns } from '@filmwright/core/text/bidi';
import { graphemes } from '@filmwright/core/text/graphemes';
import { blankCanvas, type Context } from './canvas.ts';
import { type FontSet, faceFor, type SetFace } from './font-set.ts';

/** How a line is set; `tracking` is in em and left out where letters join (Arabic) or are pictures. */
export type Setting = { readonly fonts: FontSet; readonly sizePx: number; readonly language: string; readonly tracking: number };

/** A stretch of one face and one direction at its place on the line; `face` is null for a character that no font has, drawn as an empty box. */
export type Piece = {
  readonly text: string;
  readonly start: number;
  readonly face: SetFace | null;
  readonly rightToLeft: boolean;
  readonly trackingPx: number;
  readonly x: number;
  readonly width: number;
};
/** A line ready to be drawn, its pieces from left to right. */
export type SetLine = { readonly pieces: readonly Piece[]; readonly width: number; readonly setting: Setting };

const trackable = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}]*$/u;
const measuring = blankCanvas(8, 8).context;
const measuredAt = 128;
const advances = new Map<string, number>();
const boxShare = 0.62;

/** Selects the face of a piece on a context. */
export const usePieceFont = (
  context: Context,
  piece: Pick<Piece, 'face' | 'rightToLeft' | 'trackingPx'>,
  setting: { readonly sizePx: number; readonly language: string },
): void => {
  if (!piece.face) return;
  context.font = `${piece.face.thicken ? 700 : 400} ${setting.sizePx}px "${piece.face.face.family}", sans-serif`;
  context.lang = setting.language;
  context.direction = piece.rightToLeft ? 'rtl' : 'ltr';
  context.letterSpacing = `${piece.trackingPx}px`;
};

/** Advance of a run in em; measured once at one size, since advances are not hinted and grow with the size. */
const advanceEm = (
  text: string,
  run: { readonly face: SetFace | null; readonly rightToLeft: boolean; readonly language: string },
): number => {
  const { face, rightToLeft, language } = run;
  if (!face) return graphemes(text).length * boxShare;
  const name = `${face.face.family} ${face.thicken ? 7 : 4}${rightToLeft ? 'r' : 'l'} ${language} ${text}`;
  const known = advances.get(name);
  if (known !== undefined) return known;
  usePieceFont(measuring, { face, rightToLeft, trackingPx: 0 }, { sizePx: measuredAt, language });
  const advance = measuring.measureText(text).width / measuredAt;
  if (advances.size > 20_000) advances.clear();
  advances.set(name, advance);
  return advance;
};

type Run = { text: string; length: number; face: SetFace | null };

const splitByFace = (text: string, setting: Setting): readonly Run[] => {
  const runs: Run[] = [];
  for (const grapheme of graphemes(text, setting.language)) {
    const before = runs.at(-1);
    const stays = before?.face && /^\s+$/.test(grapheme) && before.face.face.covers(0x20) && !before.face.face.color;
    const face = stays
      ? before.face
      : /^\s+$/.test(grapheme)
        ? (setting.fonts.faces.find((entry) => !entry.face.color) ?? null)
        : faceFor(setting.fonts, grapheme, setting.language);
    // A font without colours has no picture forms; asked for one, the library would search other fonts for it.
    const text = face && !face.face.color ? grapheme.replace(/\uFE0F/g, '') : grapheme;
    if (before && before.face === face) {
      before.text += text;
      before.length += grapheme.length;
    } else runs.push({ text, length: grapheme.length, face });
  }
  return runs;
};

/** Sets one line: cuts it by direction, font and at `cuts`, and places the pieces in reading order of the eye (left to right). */
export const setLine = (
  text: string,
  options: { readonly setting: Setting; readonly direction: Direction; readonly cuts?: Iterable<number> },
): SetLine => {
  const { setting } = options;
  const pieces: Piece[] = [];
  let x = 0;
  for (const run of visualRuns(text, options)) {
    const rightToLeft = run.level % 2 === 1;
    let offset = run.start;
    const parts = splitByFace(text.slice(run.start, run.end), setting).map((part) => {
      const start = offset;
      offset += part.length;
      return { ...part, start };
    });
    for (const part of rightToLeft ? parts.reverse() : parts) {
      const tracks = part.face && !part.face.face.color && trackable.test(part.text);
      const trackingPx = tracks ? setting.tracking * setting.sizePx : 0;
      const width =
        advanceEm(part.text, { face: part.face, rightToLeft, language: setting.language }) * setting.sizePx +
        trackingPx * graphemes(part.text).length;
      pieces.push({ text: part.text, start: part.start, face: part.face, rightToLeft, trackingPx, x, width });
      x += width;
    }
  }
  const trailing = pieces.at(-1)?.trackingPx ?? 0;
  return { pieces, width: Math.max(0, x - trailing), setting };
};

/** Width in pixels of a text on one line. */
export const lineWidth = (text: string, options: { readonly setting: Setting; readonly direction: Direction }): number =>
  setLine(text, options).width;
