const german =
  'null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'.split(
    ' ',
  );
const germanTens = ['', '', 'zwanzig', 'dreißig', 'vierzig', 'fünfzig', 'sechzig', 'siebzig', 'achtzig', 'neunzig'];
const french =
  'zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf'.split(' ');
const frenchTens = ['', '', 'vingt', 'trente', 'quarante', 'cinquante', 'soixante', 'soixante', 'quatre-vingt', 'quatre-vingt'];
const spanish =
  'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve'.split(
    ' ',
  );
const spanishTens = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa'];
const spanishHundreds = ' ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos'.split(
  ' ',
);

type Scale = { readonly value: number; readonly one: string; readonly many: string };
const scalesOf = (one: readonly string[], many: readonly string[]): readonly Scale[] =>
  [1e12, 1e9, 1e6].map((value, index) => ({ value, one: one[index] ?? '', many: many[index] ?? '' }));

/** Splits off the largest scale; `below` reads what is under a million. */
function scaled(
  value: number,
  { scales, below }: { readonly scales: readonly Scale[]; readonly below: (rest: number) => readonly string[] },
): readonly string[] {
  for (const scale of scales) {
    if (value < scale.value) continue;
    const count = Math.floor(value / scale.value);
    const rest = value % scale.value;
    const head = count === 1 ? scale.one.split(' ') : [...scaled(count, { scales, below }), scale.many];
    return [...head, ...(rest > 0 ? scaled(rest, { scales, below }) : [])];
  }
  return below(value);
}

const germanScales = scalesOf(['eine Billion', 'eine Milliarde', 'eine Million'], ['Billionen', 'Milliarden', 'Millionen']);
const frenchScales = scalesOf(['un billion', 'un milliard', 'un million'], ['billions', 'milliards', 'millions']);
const spanishScales: readonly Scale[] = [
  { value: 1e12, one: 'un billón', many: 'billones' },
  { value: 1e6, one: 'un millón', many: 'millones' },
];

/** German words of a whole number below 10^15: one compound up to a million. */
export function germanCardinal(value: number): readonly string[] {
  return scaled(value, { scales: germanScales, below: (rest) => [germanBelow(rest, true)] });
}

function germanBelow(value: number, last: boolean): string {
  if (value >= 1000) return `${germanBelow(Math.floor(value / 1000), false)}tausend${value % 1000 ? germanBelow(value % 1000, last) : ''}`;
  if (value >= 100) return `${german[Math.floor(value / 100)]}hundert${value % 100 ? germanBelow(value % 100, last) : ''}`;
  if (value < 20) return value === 1 && last ? 'eins' : (german[value] ?? '');
  const one = value % 10;
  return `${one ? `${german[one]}und` : ''}${germanTens[Math.floor(value / 10)]}`;
}

/** French words of a whole number below 10^15, as in France (soixante-dix, quatre-vingt-dix). */
export function frenchCardinal(value: number): readonly string[] {
  return scaled(value, { scales: frenchScales, below: frenchBelow });
}

function frenchBelow(value: number): readonly string[] {
  const thousands = Math.floor(value / 1000);
  const hundreds = Math.floor((value % 1000) / 100);
  const rest = value % 100;
  const words: string[] = [];
  if (thousands > 0) words.push(...(thousands > 1 ? frenchBelow(thousands) : []), 'mille');
  if (hundreds > 0)
    words.push(...(hundreds > 1 ? [french[hundreds] ?? ''] : []), hundreds > 1 && rest === 0 && thousands === 0 ? 'cents' : 'cent');
  if (rest > 0 || words.length === 0) words.push(frenchTwoDigits(rest));
  return words;
}

function frenchTwoDigits(value: number): string {
  if (value < 20) return french[value] ?? '';
  const ten = Math.floor(value / 10);
  const stem = frenchTens[ten] ?? '';
  const one = ten === 7 || ten === 9 ? (value % 10) + 10 : value % 10;
  if (one === 0) return value === 80 ? 'quatre-vingts' : stem;
  return (one === 1 || one === 11) && ten < 8 ? `${stem}-et-${french[one]}` : `${stem}-${french[one]}`;
}

/** Spanish words of a whole number below 10^15. */
export function spanishCardinal(value: number): readonly string[] {
  return scaled(value, { scales: spanishScales, below: spanishBelow });
}

function spanishBelow(value: number): readonly string[] {
  if (value >= 1000) {
    const thousands = Math.floor(value / 1000);
    return [...(thousands > 1 ? spanishBelow(thousands) : []), 'mil', ...(value % 1000 ? spanishBelow(value % 1000) : [])];
  }
  if (value === 100) return ['cien'];
  if (value > 100) return [spanishHundreds[Math.floor(value / 100)] ?? '', ...(value % 100 ? spanishBelow(value % 100) : [])];
  if (value < 30) return [spanish[value] ?? ''];
  return [spanishTens[Math.floor(value / 10)] ?? '', ...(value % 10 ? ['y', spanish[value % 10] ?? ''] : [])];
}
