import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readHead } from './sniff.ts';
import { uploadFault } from './upload-fault.ts';

/** What a font file says of itself; `weight` is 100 to 900. */
export type FontDescription = { readonly family: string; readonly weight: number; readonly licence: string };

export type NormalisedFont = FontDescription & {
  readonly type: 'font';
  readonly outPath: string;
  readonly mediaType: string;
  readonly warnings: readonly string[];
};

export type NormaliseFontOptions = {
  readonly path: string;
  readonly name: string;
  readonly outDir: string;
  /** Reads the font as the painters will; throws where they could not. */
  readonly describeFont: (path: string) => FontDescription;
};

const largestBytes = 64 << 20;
/** Font files by their first four bytes, with ending and media type (RFC 8081). */
const kinds: Readonly<Record<string, readonly [ending: string, mediaType: string]>> = {
  '00010000': ['ttf', 'font/ttf'],
  '74727565': ['ttf', 'font/ttf'],
  '4f54544f': ['otf', 'font/otf'],
  '74746366': ['ttc', 'font/collection'],
  '774f4646': ['woff', 'font/woff'],
  '774f4632': ['woff2', 'font/woff2'],
};

/** Takes a font as it is once its first bytes, its size and its tables are those of a font. */
export async function normaliseFont({ path, name, outDir, describeFont }: NormaliseFontOptions): Promise<NormalisedFont> {
  const wanted = 'a TrueType or OpenType font (TTF, OTF, TTC, WOFF, WOFF2)';
  const { size } = await stat(path);
  if (size > largestBytes)
    throw uploadFault(name, { wrong: `it has ${size} bytes`, wanted: `at most ${largestBytes}`, next: 'use a font with fewer glyphs' });
  const kind = kinds[(await readHead(path)).toString('hex', 0, 4)];
  if (kind === undefined) throw uploadFault(name, { wrong: 'its content is not a font', wanted, next: 'choose a font file' });
  const [ending, mediaType] = kind;
  const outPath = join(outDir, `font.${ending}`);
  await copyFile(path, outPath);
  try {
    const { family, weight, licence } = describeFont(outPath);
    return { type: 'font', family, weight, licence, outPath, mediaType, warnings: [] };
  } catch (cause) {
    throw uploadFault(name, {
      wrong: `it cannot be drawn with (${cause instanceof Error ? cause.message : String(cause)})`,
      wanted,
      next: 'fetch the font again or choose another',
      cause,
    });
  }
}
