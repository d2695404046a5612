import { createRequire } from 'node:module';
import { FilmwrightError } from '@filmwright/contracts';
import type * as Fontkit from 'fontkit';
import { GlobalFonts } from './canvas.ts';

/** A font file made ready for drawing; heights are shares of the font size. */
export type Face = {
  readonly path: string;
  /** Name by which the drawing library knows this file, and nothing else. */
  readonly family: string;
  readonly color: boolean;
  /** Whether the file holds all weights, so that bold is asked of it and not another file. */
  readonly anyWeight: boolean;
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  readonly xHeight: number;
  readonly covers: (codePoint: number) => boolean;
};

const load = createRequire(import.meta.url);
const faces = new Map<string, Face>();
const fonts = new Map<string, Fontkit.Font>();

/** Opens a font file (the first face of a collection); throws `media-invalid` where it is none. */
export const openFont = (path: string): Fontkit.Font => {
  const known = fonts.get(path);
  if (known) return known;
  let font: Fontkit.Font | undefined;
  try {
    const opened = (load('fontkit') as typeof Fontkit).openSync(path);
    font = 'fonts' in opened ? opened.fonts[0] : opened;
    if (!font || font.numGlyphs < 1) throw new Error('it holds no glyphs');
    font.hasGlyphForCodePoint(0x20);
  } catch (error) {
    throw new FilmwrightError(
      'media-invalid',
      `The font ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}. Give a TTF, OTF or TTC file.`,
      { cause: error },
    );
  }
  fonts.set(path, font);
  return font;
};

const share = (value: number | undefined, font: Fontkit.Font, otherwise: number): number => {
  const result = (value ?? 0) / font.unitsPerEm;
  return result > 0.05 && result < 3 ? result : otherwise;
};

/** Reads and registers a font file once per process; throws `media-invalid` where it cannot be drawn with. */
export const loadFace = (path: string): Face => {
  const known = faces.get(path);
  if (known) return known;
  const font = openFont(path);
  const family = `film-font-${faces.size}`;
  if (!GlobalFonts.registerFromPath(path, family))
    throw new FilmwrightError('media-invalid', `The font ${path} cannot be drawn with. Give another TTF or OTF file.`);
  const tables = font.directory.tables;
  const covered = new Map<number, boolean>();
  const face: Face = {
    path,
    family,
    color: ['CBDT', 'COLR', 'sbix', 'SVG '].some((table) => table in tables),
    anyWeight: 'fvar' in tables && 'wght' in (font.variationAxes ?? {}),
    ascent: share(font.ascent, font, 0.95),
    descent: share(Math.abs(font.descent), font, 0.25),
    capHeight: share(font.capHeight, font, 0.72),
    xHeight: share(font.xHeight, font, 0.52),
    covers: (codePoint) => {
      const cached = covered.get(codePoint);
      if (cached !== undefined) return cached;
      const has = font.hasGlyphForCodePoint(codePoint);
      covered.set(codePoint, has);
      return has;
    },
  };
  faces.set(path, face);
  return face;
};
