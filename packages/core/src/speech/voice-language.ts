/** Languages under other names: ISO 639-3 members of a macrolanguage that people write by the whole's tag, and withdrawn codes. */
const samePerson: Readonly<Record<string, string>> = {
  cmn: 'zh',
  nb: 'no',
  nn: 'no',
  iw: 'he',
  in: 'id',
  fil: 'tl',
  arb: 'ar',
  zsm: 'ms',
  ekk: 'et',
  lvs: 'lv',
  pes: 'fa',
};

/** The bare language of a BCP 47 tag, lower case, one name for each: Mandarin is `zh`, Cantonese `yue` also where it is written `zh-HK`. */
export function bareLanguage(tag: string): string {
  const [base = '', ...rest] = tag.toLowerCase().split(/[-_]/);
  if (base === 'zh' && rest.some((part) => part === 'hk' || part === 'mo' || part === 'yue')) return 'yue';
  return samePerson[base] ?? base;
}

/**
 * How well a voice of one language tag reads a text of another: 0 not at all; 1 another accent, 2 the language without a region,
 * 3 its usual region, 4 the very region. A voice of many languages (`*`) fits by 1; a tag with more parts than it needs fits a little less.
 */
export function languageFit(voice: string, text: string): number {
  if (voice === '*') return 1;
  const wanted = bareLanguage(text);
  const spoken = bareLanguage(voice);
  if (spoken !== wanted) return wanted === 'yue' && spoken === 'zh' ? 0.5 : 0;
  const parts = voice.split(/[-_]/).slice(1);
  const region = regionOf(voice);
  const strange = parts.filter((part) => !/^[A-Za-z]{2}$|^\d{3}$/.test(part)).length;
  const fit = region === null ? 2 : region === (regionOf(text) ?? usualRegion(wanted)) ? (regionOf(text) === null ? 3 : 4) : 1;
  return fit - Math.min(0.9, 0.3 * strange);
}

/** A language by its English name with its tag, for messages: "Chinese (zh-Hans)"; the tag alone where it has no name. */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(tag.split(/[-_]/)[0] ?? tag);
    return name === undefined ? tag : `${name} (${tag})`;
  } catch {
    return tag;
  }
}

function regionOf(tag: string): string | null {
  const found = tag
    .split(/[-_]/)
    .slice(1)
    .find((part) => /^[A-Za-z]{2}$|^\d{3}$/.test(part));
  return found?.toUpperCase() ?? null;
}

function usualRegion(language: string): string | null {
  try {
    return new Intl.Locale(language).maximize().region ?? null;
  } catch {
    return null;
  }
}
