import { cardinal, decimal, digitByDigit, ordinal, year } from './english-numbers.ts';

const months = 'january february march april may june july august september october november december'.split(' ');
const currencies: Readonly<Record<string, readonly [one: string, many: string, cent: string, cents: string]>> = {
  $: ['dollar', 'dollars', 'cent', 'cents'],
  '€': ['euro', 'euros', 'cent', 'cents'],
  '£': ['pound', 'pounds', 'penny', 'pence'],
  '¥': ['yen', 'yen', 'sen', 'sen'],
};
const magnitudes: Readonly<Record<string, string>> = { k: 'thousand', K: 'thousand', M: 'million', m: 'million', B: 'billion', bn: 'billion' };
const units: Readonly<Record<string, string>> = {
  km: 'kilometers', m: 'meters', cm: 'centimeters', mm: 'millimeters', kg: 'kilograms', g: 'grams', mg: 'milligrams', l: 'liters', L: 'liters', ml: 'milliliters',
  'km/h': 'kilometers per hour', mph: 'miles per hour', 'm/s': 'meters per second', GB: 'gigabytes', MB: 'megabytes', TB: 'terabytes', KB: 'kilobytes', GHz: 'gigahertz', MHz: 'megahertz', Hz: 'hertz',
  W: 'watts', kW: 'kilowatts', kWh: 'kilowatt hours', V: 'volts', mAh: 'milliamp hours', h: 'hours', hr: 'hours', hrs: 'hours', min: 'minutes', s: 'seconds', sec: 'seconds', ms: 'milliseconds',
  fps: 'frames per second', dB: 'decibels', '°C': 'degrees celsius', '°F': 'degrees fahrenheit', '°': 'degrees', '%': 'percent', ft: 'feet', in: 'inches', lb: 'pounds', lbs: 'pounds', oz: 'ounces', x: 'times',
};
const abbreviations: Readonly<Record<string, string>> = {
  'dr.': 'doctor', 'mr.': 'mister', 'mrs.': 'missus', 'ms.': 'miz', 'prof.': 'professor', 'st.': 'saint', 'vs.': 'versus', vs: 'versus', 'e.g.': 'for example', 'i.e.': 'that is', 'etc.': 'et cetera',
  'no.': 'number', 'approx.': 'approximately', 'inc.': 'incorporated', 'ltd.': 'limited', 'co.': 'company', 'jr.': 'junior', 'sr.': 'senior', 'dept.': 'department', 'fig.': 'figure', 'vol.': 'volume', 'a.m.': 'A M', 'p.m.': 'P M', 'u.s.': 'U S', 'w/': 'with',
};
const symbols: Readonly<Record<string, string>> = { '&': 'and', '+': 'plus', '=': 'equals', '@': 'at', '#': 'number', '×': 'times', '÷': 'divided by', '→': 'to', '/': 'slash', '<': 'less than', '>': 'greater than', '~': 'about' };
/** Written in capitals but said as words. */
const words = new Set(['NASA', 'NATO', 'UNESCO', 'LASER', 'RADAR', 'SCUBA', 'COVID', 'JPEG', 'RAM', 'ROM', 'LED', 'ASAP', 'OK', 'AM', 'PM'].filter((word) => !['LED', 'AM', 'PM', 'OK'].includes(word)));

const spell = (text: string): readonly string[] => [...text].flatMap((char) => (/\d/.test(char) ? digitByDigit(char) : [char.toUpperCase()]));
const split = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

type Rule = readonly [pattern: RegExp, say: (match: RegExpExecArray) => readonly string[] | null];

/** How a written word without its surrounding punctuation is said; the first rule that fits decides. */
const rules: readonly Rule[] = [
  [/^(\d{4})-(\d{2})-(\d{2})$/, ([, y = '', m = '', d = '']) => dateWords({ y, m, d })],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, ([, m = '', d = '', y = '']) => dateWords({ y, m, d })],
  [/^([01]?\d|2[0-3]):([0-5]\d)(?:\s*(am|pm|AM|PM))?$/, ([, h = '', m = '', half]) => [...cardinal(h), ...(m === '00' ? (half ? [] : ["o'clock"]) : Number(m) < 10 ? ['oh', ...cardinal(m)] : cardinal(m)), ...(half ? spell(half) : [])]],
  [/^(\d{1,2})(am|pm|AM|PM)$/, ([, h = '', half = '']) => [...cardinal(h), ...spell(half)]],
  [/^([$€£¥])(\d[\d,]*)(?:\.(\d{2}))?(k|K|M|m|B|bn)?$/, ([, sign = '', whole = '', part, scale]) => moneyWords({ sign, whole: whole.replaceAll(',', ''), part, scale })],
  [/^(\d[\d,]*)(?:\.(\d{2}))?([€£¥])$/, ([, whole = '', part, sign = '']) => moneyWords({ sign, whole: whole.replaceAll(',', ''), part, scale: undefined })],
  [/^(\d+)(st|nd|rd|th)$/, ([, n = '']) => ordinal(n)],
  [/^(\d{3}0)s$/, ([, n = '']) => [...year(n).slice(0, -1), `${(year(n).at(-1) ?? '').replace(/y$/, 'ie')}s`]],
  [/^(\d+)([kK])$/, ([, n = '', unit = '']) => (unit === 'K' && ['2', '4', '8'].includes(n) ? [...cardinal(n), 'K'] : [...cardinal(n), 'thousand'])],
  [/^(\d+)p$/, ([, n = '']) => [...(n === '1080' ? ['ten', 'eighty'] : n === '720' ? ['seven', 'twenty'] : cardinal(n)), 'P']],
  [/^1\/2$/, () => ['one', 'half']],
  [/^(\d+)\/(\d+)$/, ([, a = '', b = '']) => (b === '4' ? [...cardinal(a), a === '1' ? 'quarter' : 'quarters'] : [...cardinal(a), `${ordinal(b).join(' ')}${a === '1' ? '' : 's'}`.split(' ')].flat())],
  [/^(\d[\d,.]*)[-–](\d[\d,.]*)(%)?$/, ([, a = '', b = '', percent]) => [...decimal(a), 'to', ...decimal(b), ...(percent ? ['percent'] : [])]],
  [/^([+\-−]?)(\d[\d,]*(?:\.\d+)?|\.\d+)(°C|°F|°|%|km\/h|m\/s|[A-Za-z]+)?$/, ([, sign = '', number = '', unit]) => numberWords({ sign, number, unit })],
  [/^#(\d+)$/, ([, n = '']) => ['number', ...cardinal(n)]],
  [/^[#@]([A-Za-z]\w*)$/, ([whole = '', name = '']) => [whole.startsWith('@') ? 'at' : 'hashtag', ...wordWords(name)]],
  [/^(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(\/\S*)?$/i, ([, host = '', rest]) => (rest && rest !== '/' ? [...hostWords(host), ...rest.split(/[/]+/).filter(Boolean).flatMap((part) => ['slash', ...wordWords(part)])] : hostWords(host))],
  [/^([\w.+-]+)@((?:[\w-]+\.)+[a-z]{2,})$/i, ([, user = '', host = '']) => [...user.split('.').flatMap((part, at) => [...(at > 0 ? ['dot'] : []), ...wordWords(part)]), 'at', ...hostWords(host)]],
  [/^[\p{L}\d]+(?:[-–—/][\p{L}\d]+)+$/u, ([whole = '']) => whole.split(/[-–—/]/).flatMap((part) => englishWords(part))],
  [/^([A-Z])\.(?:[A-Z]\.)+$/, ([whole = '']) => spell(whole.replaceAll('.', ''))],
];

function dateWords({ y, m, d }: { readonly y: string; readonly m: string; readonly d: string }): readonly string[] | null {
  const month = months[Number(m) - 1];
  return month === undefined || Number(d) > 31 || Number(d) < 1 ? null : [month, ...ordinal(d), ...year(y)];
}

type Money = { readonly sign: string; readonly whole: string; readonly part: string | undefined; readonly scale: string | undefined };

function moneyWords({ sign, whole, part, scale }: Money): readonly string[] | null {
  const names = currencies[sign];
  if (names === undefined) return null;
  const [one, many, cent, cents] = names;
  if (scale !== undefined) return [...decimal(part === undefined ? whole : `${whole}.${part}`), magnitudes[scale] ?? scale, many];
  const coins = part === undefined || part === '00' ? [] : [...(whole === '0' ? [] : ['and']), ...cardinal(part), part === '01' ? cent : cents];
  return whole === '0' && coins.length > 0 ? coins : [...cardinal(whole), whole === '1' ? one : many, ...coins];
}

function numberWords({ sign, number, unit }: { readonly sign: string; readonly number: string; readonly unit: string | undefined }): readonly string[] | null {
  const name = unit === undefined ? undefined : units[unit];
  if (unit !== undefined && name === undefined) return [...numberWords({ sign, number, unit: undefined }) ?? [], ...wordWords(unit)];
  const lead = sign === '+' ? ['plus'] : sign === '' ? [] : ['minus'];
  const isYear = unit === undefined && sign === '' && /^(1[1-9]\d\d|20\d\d)$/.test(number);
  const said = isYear ? year(number) : /^0\d+$/.test(number) ? digitByDigit(number) : decimal(number);
  const singular = number === '1' && name !== undefined && name.split(' ').length === 1 ? name.replace(/(?<!s)s$/, '') : name;
  return [...lead, ...said, ...(singular === undefined ? [] : split(singular))];
}

function hostWords(host: string): readonly string[] {
  return host.replace(/^www\./, '').split('.').flatMap((part, at) => [...(at > 0 ? ['dot'] : []), ...(part.length <= 3 && at > 0 && !['com', 'net', 'org'].includes(part) ? spell(part) : [part.toLowerCase()])]);
}

/** A word of letters: spelled when it is an acronym, else as it stands. */
function wordWords(word: string): readonly string[] {
  const acronym = /^[A-Z]{2,5}s?$/.test(word) && !words.has(word) && !(word.length > 3 && /[AEIOU]/.test(word));
  if (acronym) return word.endsWith('s') ? [...spell(word.slice(0, -2)), `${word.at(-2)}s`] : spell(word);
  if (/^[A-Za-z]+\d+$|^\d+[A-Za-z]+$/.test(word)) return (word.match(/\d+|[A-Za-z]+/g) ?? []).flatMap((part) => (/\d/.test(part) ? cardinal(part) : wordWords(part)));
  return [word];
}

/** How one written English word is said; `text` has no spaces. Punctuation at its ends is dropped. */
export function englishWords(text: string): readonly string[] {
  const known = abbreviations[text.toLowerCase()];
  if (known !== undefined) return split(known);
  const symbol = symbols[text];
  if (symbol !== undefined) return split(symbol);
  const bare = text.replace(/^[^\p{L}\p{N}$€£¥#@+\-−.]+|[^\p{L}\p{N}%°€£¥]+$/gu, '').replace(/^[.-]+(?=\D|$)/, '');
  if (bare === '') return [];
  const dotted = abbreviations[`${bare.toLowerCase()}.`];
  if (dotted !== undefined && text.includes('.')) return split(dotted);
  for (const [pattern, say] of rules) {
    const match = pattern.exec(bare);
    const said = match === null ? null : say(match);
    if (said !== null) return said;
  }
  return bare.split(/(?<=\p{L})[&+](?=\p{L})/u).flatMap((part, at) => [...(at > 0 ? ['and'] : []), ...wordWords(part)]);
}
