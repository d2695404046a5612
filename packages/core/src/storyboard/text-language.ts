import { scriptsOf } from '../text/scripts.ts';

const byScript: Readonly<Record<string, string>> = {
  Cyrl: 'ru',
  Grek: 'el',
  Arab: 'ar',
  Hebr: 'he',
  Deva: 'hi',
  Hans: 'zh',
  Jpan: 'ja',
  Kore: 'ko',
  Thai: 'th',
};
/** The commonest little words of languages that share the Latin letters. */
const littleWords: readonly (readonly [language: string, words: ReadonlySet<string>])[] = [
  ['en', new Set('a an the of and to in is that it was for you with on are this be at have from'.split(' '))],
  ['de', new Set('der die und das ist nicht ein eine den mit sich auf für im dem zu es wir sie von'.split(' '))],
  ['fr', new Set('le la les et des est une du dans que qui pour pas sur avec ce nous il elle au'.split(' '))],
  ['es', new Set('el la los y que en un una es por con no para su las del se al lo como'.split(' '))],
  ['it', new Set('il la che di e un una per non è con del della sono si gli le ma come nel'.split(' '))],
  ['pt', new Set('o a os e que de do da em um uma para com não é no na por se mais'.split(' '))],
  ['nl', new Set('de het een en van is dat in op te niet met zijn voor er aan die ook wij'.split(' '))],
];
const readLetters = 4000;

/** The language of a text by its letters and commonest words, as a bare BCP 47 tag; English where nothing tells. */
export function textLanguage(text: string): string {
  const start = text.slice(0, readLetters);
  const letters = new Map<string, number>();
  for (const word of start.match(/\p{L}+/gu) ?? [])
    for (const script of scriptsOf(word)) letters.set(script, (letters.get(script) ?? 0) + word.length);
  const [script = 'Latn'] = [...letters].sort((a, b) => b[1] - a[1])[0] ?? [];
  // Japanese is written with Chinese characters too.
  if (script === 'Hans' && letters.has('Jpan')) return 'ja';
  const other = byScript[script];
  if (other !== undefined) return other;
  const words = start.toLowerCase().match(/\p{L}+/gu) ?? [];
  const found = littleWords.map(([language, known]) => ({ language, count: words.filter((word) => known.has(word)).length }));
  const best = found.reduce((one, two) => (two.count > one.count ? two : one));
  return best.count === 0 ? 'en' : best.language;
}
