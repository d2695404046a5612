import { chineseCardinal } from './chinese-numbers.ts';
import { englishCardinal } from './english-numbers.ts';
import { frenchCardinal, germanCardinal, spanishCardinal } from './european-numbers.ts';
import { bareLanguage } from './voice-language.ts';

/** How a language says numbers and the signs beside them; `decimal` and `group` are its separators. */
export type Numerals = {
  readonly cardinal: (value: number) => readonly string[];
  readonly decimal: string;
  readonly group: RegExp;
  readonly point: string;
  readonly minus: string;
  readonly percent: readonly string[];
  readonly to: string;
  readonly and: string;
  /** Sign of a currency -> [one, many, hundredth, hundredths]. */
  readonly money: Readonly<Record<string, readonly [string, string, string, string]>>;
  readonly signs: Readonly<Record<string, readonly string[]>>;
};

const comma = { decimal: ',', group: /[.\s\u00a0\u202f'](?=\d{3}(?!\d))/g } as const;

const english: Numerals = {
  cardinal: englishCardinal,
  decimal: '.',
  group: /,/g,
  point: 'point',
  minus: 'minus',
  percent: ['percent'],
  to: 'to',
  and: 'and',
  money: {
    $: ['dollar', 'dollars', 'cent', 'cents'],
    '€': ['euro', 'euros', 'cent', 'cents'],
    '£': ['pound', 'pounds', 'penny', 'pence'],
    '¥': ['yen', 'yen', 'sen', 'sen'],
    '₹': ['rupee', 'rupees', 'paisa', 'paise'],
  },
  signs: {
    '&': ['and'],
    '@': ['at'],
    '+': ['plus'],
    '=': ['equals'],
    '%': ['percent'],
    '×': ['times'],
    '→': ['to'],
    '°': ['degrees'],
    '/': ['per'],
  },
};

const byLanguage: Readonly<Record<string, Numerals>> = {
  en: english,
  de: {
    ...comma,
    cardinal: germanCardinal,
    point: 'Komma',
    minus: 'minus',
    percent: ['Prozent'],
    to: 'bis',
    and: 'und',
    money: { $: ['Dollar', 'Dollar', 'Cent', 'Cent'], '€': ['Euro', 'Euro', 'Cent', 'Cent'], '£': ['Pfund', 'Pfund', 'Pence', 'Pence'] },
    signs: { '&': ['und'], '@': ['at'], '+': ['plus'], '=': ['gleich'], '%': ['Prozent'], '×': ['mal'], '/': ['pro'] },
  },
  fr: {
    ...comma,
    cardinal: frenchCardinal,
    point: 'virgule',
    minus: 'moins',
    percent: ['pour', 'cent'],
    to: 'à',
    and: 'et',
    money: {
      $: ['dollar', 'dollars', 'cent', 'cents'],
      '€': ['euro', 'euros', 'centime', 'centimes'],
      '£': ['livre', 'livres', 'penny', 'pence'],
    },
    signs: { '&': ['et'], '@': ['arobase'], '+': ['plus'], '=': ['égale'], '%': ['pour', 'cent'], '×': ['fois'], '/': ['par'] },
  },
  es: {
    ...comma,
    cardinal: spanishCardinal,
    point: 'coma',
    minus: 'menos',
    percent: ['por', 'ciento'],
    to: 'a',
    and: 'y',
    money: {
      $: ['dólar', 'dólares', 'centavo', 'centavos'],
      '€': ['euro', 'euros', 'céntimo', 'céntimos'],
      '£': ['libra', 'libras', 'penique', 'peniques'],
    },
    signs: { '&': ['y'], '@': ['arroba'], '+': ['más'], '=': ['igual'], '%': ['por', 'ciento'], '×': ['por'], '/': ['por'] },
  },
};

/** Languages whose voices read digits well by their own grammar (gender, case, irregular tens); signs and money are said in words. */
const digitsOfVoice = (value: number): readonly string[] => [String(value)];
const eastern: Readonly<Record<string, Numerals>> = {
  zh: {
    cardinal: chineseCardinal,
    decimal: '.',
    group: /,/g,
    point: '点',
    minus: '负',
    percent: ['百分之'],
    to: '到',
    and: '零',
    money: {},
    signs: { '&': ['和'], '+': ['加'], '=': ['等于'], '×': ['乘'], '/': ['每'] },
  },
  hi: {
    cardinal: digitsOfVoice,
    decimal: '.',
    group: /,/g,
    point: 'दशमलव',
    minus: 'माइनस',
    percent: ['प्रतिशत'],
    to: 'से',
    and: 'और',
    money: {
      '₹': ['रुपया', 'रुपये', 'पैसा', 'पैसे'],
      $: ['डॉलर', 'डॉलर', 'सेंट', 'सेंट'],
      '€': ['यूरो', 'यूरो', 'सेंट', 'सेंट'],
      '£': ['पाउंड', 'पाउंड', 'पेंस', 'पेंस'],
    },
    signs: { '&': ['और'], '+': ['प्लस'], '=': ['बराबर'], '%': ['प्रतिशत'], '×': ['गुणा'], '/': ['प्रति'] },
  },
  ar: {
    cardinal: digitsOfVoice,
    decimal: '.',
    group: /[,٬]/g,
    point: 'فاصلة',
    minus: 'سالب',
    percent: ['بالمئة'],
    to: 'إلى',
    and: 'و',
    money: {
      $: ['دولار', 'دولار', 'سنت', 'سنت'],
      '€': ['يورو', 'يورو', 'سنت', 'سنت'],
      '£': ['جنيه', 'جنيه', 'بنس', 'بنس'],
    },
    signs: {
      '&': ['و'],
      '+': ['زائد'],
      '=': ['يساوي'],
      '%': ['بالمئة'],
      '٪': ['بالمئة'],
      '×': ['ضرب'],
      '/': ['لكل'],
      'ر.س': ['ريال'],
      'د.إ': ['درهم'],
      'ج.م': ['جنيه'],
    },
  },
};

/** The numerals of a language tag ("de-AT" is German); null where we know none, and the voice reads digits itself. */
export function numeralsOf(language: string): Numerals | null {
  const base = bareLanguage(language);
  return byLanguage[base] ?? eastern[base === 'yue' ? 'zh' : base] ?? null;
}

/** Words of a number as written ("1,299.50", "-5"), digit by digit behind the point; null if it is none or too large to name. */
export function numberWords(written: string, numerals: Numerals): readonly string[] | null {
  const sign = /^[-−–]/.test(written) ? [numerals.minus] : [];
  const plain = written.replace(/^[-−–+]/, '').replace(numerals.group, '');
  const [whole = '', fraction, ...more] = plain.split(numerals.decimal);
  if (more.length > 0 || !/^\d*$/.test(whole) || (fraction !== undefined && !/^\d+$/.test(fraction)) || plain === '') return null;
  const digits = (text: string): readonly string[] => [...text].flatMap((digit) => numerals.cardinal(Number(digit)));
  const head = whole.length > 15 || /^0\d/.test(whole) ? digits(whole) : numerals.cardinal(Number(whole));
  return [...sign, ...head, ...(fraction === undefined ? [] : [numerals.point, ...digits(fraction)])];
}
