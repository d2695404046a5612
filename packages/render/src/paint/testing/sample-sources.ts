import type { CaptionSource, TextSource } from '@filmwright/contracts';
import { bundledFonts, findFonts } from '../fonts.ts';

const files = new Map<string, string>();

/** The file of a font named in these samples. */
export const fontPath = (digest: string): string => {
  const path = files.get(digest);
  if (path === undefined) throw new Error(`No sample font is called ${digest}`);
  return path;
};

const stackOf = (fonts: readonly { readonly script: string; readonly regular: string; readonly bold: string }[]): TextSource['fonts'] => {
  for (const font of fonts) {
    files.set(`${font.script}-regular`, font.regular);
    files.set(`${font.script}-bold`, font.bold);
  }
  return { regular: fonts.map((font) => `${font.script}-regular`), bold: fonts.map((font) => `${font.script}-bold`) };
};

const bundled = bundledFonts().filter((font) => font.script === 'Latn' || font.script === 'Arab');
/** The default font alone. */
export const latinFonts = stackOf(bundled.filter((font) => font.script === 'Latn'));
/** The fonts that come with the program. */
export const bundledStack = stackOf(bundled);

/** The bundled fonts and those of more scripts found on this machine; null, with the scripts that lack one, where it has not got them all. */
export const machineStack = async (
  scripts: readonly string[],
): Promise<{ readonly fonts: TextSource['fonts'] | null; readonly lacking: readonly string[] }> => {
  const found = await findFonts();
  const wanted = found.filter((font) => font.script === 'Latn' || scripts.includes(font.script));
  const lacking = scripts.filter((script) => !wanted.some((font) => font.script === script));
  return { fonts: lacking.length > 0 ? null : stackOf(wanted), lacking };
};

/** A text with everything filled in but what a test is about. */
export const sampleText = (change: Partial<TextSource>): TextSource => ({
  type: 'text',
  style: 'title',
  lines: ['Light that knows'],
  language: 'en',
  fonts: latinFonts,
  color: '#ffffff',
  fill: '#ffb347',
  box: { x: 200, y: 150, width: 900, height: 320 },
  alignX: 'left',
  alignY: 'center',
  sizePx: 80,
  ...change,
});

/** Captions of one page of words, ten frames each. */
export const sampleCaption = (words: readonly string[], change: Partial<CaptionSource> = {}): CaptionSource => ({
  type: 'caption',
  pages: [
    {
      fromFrame: 0,
      untilFrame: words.length * 10 + 6,
      words: words.map((text, i) => ({ text, fromFrame: i * 10, untilFrame: i * 10 + 10 })),
    },
  ],
  language: 'en',
  fonts: latinFonts,
  style: 'boxed',
  color: '#ffffff',
  highlight: '#ffb347',
  box: { x: 250, y: 820, width: 1420, height: 180 },
  alignY: 'bottom',
  sizePx: 50,
  ...change,
});
