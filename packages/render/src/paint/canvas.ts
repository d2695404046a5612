import { createRequire } from 'node:module';
import type * as CanvasModule from '@napi-rs/canvas';

// Read while the library loads: installed fonts stay out of its list, and FreeType is not tuned from outside.
process.env['DISABLE_SYSTEM_FONTS_LOAD'] = '1';
delete process.env['FREETYPE_PROPERTIES'];

const load = createRequire(import.meta.url);
const library = load('@napi-rs/canvas') as typeof CanvasModule;

// A new canvas starts with the generic family, and every text ends its list with it; Skia asks for its own default beside, which fontconfig finds
// where a font like it is installed. Under both names Inter stands, so that neither is looked up on the machine.
for (const name of ['sans-serif', 'Times New Roman'])
  library.GlobalFonts.registerFromPath(load.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'), name);

export type Canvas = CanvasModule.Canvas;
export type Context = CanvasModule.SKRSContext2D;

/**
 * The drawing library, loaded without the machine's fonts. It would still fetch an installed font for a character that none of the given
 * fonts has, so `fillText` is called by `draw-line.ts` alone, which never hands it such a character.
 */
export const { createCanvas, GlobalFonts, Path2D } = library;
export type Path = CanvasModule.Path2D;

/** A transparent canvas and its context, with everything that follows the machine's language pinned. */
export const blankCanvas = (width: number, height: number): { canvas: Canvas; context: Context } => {
  const canvas = createCanvas(Math.max(1, Math.ceil(width)), Math.max(1, Math.ceil(height)));
  const context = canvas.getContext('2d');
  context.lang = 'en';
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.textRendering = 'geometricPrecision';
  return { canvas, context };
};
