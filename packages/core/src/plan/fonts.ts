import type { Credit, Film, FontStack, RunnerOffer } from '@filmwright/contracts';
import { scriptsOf } from '../text/scripts.ts';
import type { Uploads } from './uploads.ts';

export type FontChoice = { readonly stack: FontStack; readonly credits: readonly Credit[] };

/** Fonts for a text: the brand's own, then the default, then one for each script that the text uses and a runner offers. Undefined until the brand's fonts were probed. */
export function fontsFor(
  text: string,
  { film, uploads, fonts }: { readonly film: Film; readonly uploads: Uploads; readonly fonts: RunnerOffer['fonts'] },
): FontChoice | undefined {
  const regular: string[] = [];
  const bold: string[] = [];
  const credits: Credit[] = [];
  if (film.brand.font !== 'default') {
    const own = uploads.media(film.brand.font.regular, 'font');
    const strong = film.brand.font.bold === undefined ? own : uploads.media(film.brand.font.bold, 'font');
    if (own === undefined || strong === undefined) return undefined;
    regular.push(own.asset.digest);
    bold.push(strong.asset.digest);
    credits.push({ role: 'font', name: own.family, licence: own.licence, source: film.brand.font.regular });
  }
  const scripts = ['Latn', ...scriptsOf(text, film.language).filter((script) => script !== 'Latn')];
  for (const script of scripts) {
    const font = fonts.find((candidate) => candidate.script === script);
    if (font === undefined || regular.includes(font.regular)) continue;
    regular.push(font.regular);
    bold.push(font.bold);
    credits.push({ role: 'font', name: font.family, licence: font.licence, source: 'installed' });
  }
  return { stack: { regular, bold }, credits };
}
