/** Text as it is kept: `dropped` counts control characters and broken surrogates that were taken out, `markup` says that tags were. */
export type PlainText = { readonly text: string; readonly dropped: number; readonly markup: boolean };

/** A document's worth of tags, or one that is only used for markup: a lone "a < b" or "<3" is text. */
const looksLikeMarkup =
  /<!doctype|<\/(?:p|div|span|li|ul|ol|h[1-6]|a|b|i|em|strong|td|tr|table|body|html|section|article)\s*>|<(?:br|p|div|img|html)\b[^<>]*>/i;
/** Where parts of a page that are no text begin and end: elements by their names, and comments. */
const unseenStart = /<(script|style|head|template|noscript|svg)\b|<!--/gi;
const unseenEnd = /<\/(script|style|head|template|noscript|svg)\s*>|-->/gi;
const lineTags = /<\/?(?:p|div|section|article|header|footer|h[1-6]|ul|ol|table|tr|blockquote|pre|figure|br|hr)\b[^<>]*>/gi;
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  rsquo: '’',
  lsquo: '‘',
  ldquo: '“',
  rdquo: '”',
  euro: '€',
  pound: '£',
  yen: '¥',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  times: '×',
  middot: '·',
  bull: '•',
};

const lineEnds = /\r\n?|[\u2028\u2029\u0085]/g;
/** Control characters but line ends and tabs, marks that turn the direction of writing or take no room; joiners and direction marks that scripts need stay. */
const unprintable = /(?![\n\t])[\p{Cc}\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/** Text without characters that nobody can see or say; spaces and line ends stay as they are, but line ends are one "\n". */
export function withoutUnprintable(text: string): string {
  return text.replace(lineEnds, '\n').replace(unprintable, '');
}

/** Pasted or typed text without markup and control characters; list items start with "• ", line ends are one "\n", three and more of them two. */
export function plainText(pasted: string): PlainText {
  const markup = looksLikeMarkup.test(pasted);
  const written = markup ? withoutMarkup(pasted) : pasted;
  let dropped = 0;
  const drop = (): string => {
    dropped++;
    return '';
  };
  const text = written
    .replace(lineEnds, '\n')
    .replace(unprintable, drop)
    // Looked for from the start of each run of blanks alone: a long one that ends no line would be walked through from each of its blanks.
    .replace(/(?<![ \t\u00a0])[ \t\u00a0]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { text, dropped, markup };
}

function withoutMarkup(html: string): string {
  return withoutUnseen(html)
    .replace(/\s+/g, ' ')
    .replace(/<li\b[^<>]*>/gi, '\n• ')
    .replace(lineTags, '\n')
    .replace(/<\/?[a-z!][^<>]*>/gi, '')
    .replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => entityOf(name) ?? whole)
    .replace(/(?<! ) +\n/g, '\n')
    .replace(/\n +/g, '\n');
}

/** A page without scripts, styles and comments, in one pass however many are never closed; of those the text stays. */
function withoutUnseen(html: string): string {
  const ends = new Map<string, { readonly from: number; readonly until: number }[]>();
  for (const end of html.matchAll(unseenEnd)) {
    const name = end[1]?.toLowerCase() ?? '';
    const places = ends.get(name) ?? [];
    places.push({ from: end.index, until: end.index + end[0].length });
    ends.set(name, places);
  }
  for (const places of ends.values()) places.reverse();
  let text = '';
  let at = 0;
  for (const start of html.matchAll(unseenStart)) {
    if (start.index < at) continue;
    const open = ends.get(start[1]?.toLowerCase() ?? '') ?? [];
    while ((open.at(-1)?.from ?? Infinity) < start.index + start[0].length) open.pop();
    const end = open.at(-1);
    if (end === undefined) continue;
    text += `${html.slice(at, start.index)} `;
    at = end.until;
  }
  return (text + html.slice(at)).replaceAll('<!--', ' ');
}

function entityOf(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '';
}
