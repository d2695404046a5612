import { FilmwrightError } from '@filmwright/contracts';

type Reading = { readonly text: string; at: number };

/**
 * Reads the object literal that starts at `at` of a minified script, as packages carry a model's description: plain values, keys with or without quotes,
 * numbers such as `.5`, `!0` for true. Nothing of the script runs; anything else in it is refused.
 */
export function readLiteral(text: string, at: number): unknown {
  const reading = { text, at };
  return readValue(reading, 0);
}

/** The longest run of base64 between quotes in a script, as bytes: weights that a package carries as a script. */
export function longestBase64(text: string): Uint8Array {
  let longest = '';
  for (const [, found = ''] of text.matchAll(/["']([A-Za-z0-9+/]{64,}={0,2})["']/g)) if (found.length > longest.length) longest = found;
  if (longest === '') throw refuse('it holds no base64 of weights');
  return Buffer.from(longest, 'base64');
}

const deepest = 64;
const words: Readonly<Record<string, unknown>> = { null: null, true: true, false: false, '!0': true, '!1': false };

function readValue(reading: Reading, depth: number): unknown {
  const { text, at } = reading;
  if (depth > deepest) throw refuse(`it is nested deeper than ${deepest}`);
  const first = text[at];
  if (first === '{') return readObject(reading, depth);
  if (first === '[') return readArray(reading, depth);
  if (first === '"' || first === "'") return readString(reading);
  const [word = ''] = /^(?:null|true|false|!0|!1)/.exec(text.slice(at, at + 5)) ?? [];
  if (word !== '') {
    reading.at += word.length;
    return words[word];
  }
  const [digits = ''] = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i.exec(text.slice(at, at + 40)) ?? [];
  if (digits === '') throw refuse(`at ${at} there is ${JSON.stringify(text.slice(at, at + 20))}, wanted a plain value`);
  reading.at += digits.length;
  return Number(digits);
}

function readObject(reading: Reading, depth: number): Readonly<Record<string, unknown>> {
  const entries: (readonly [string, unknown])[] = [];
  reading.at++;
  while (reading.text[reading.at] !== '}') {
    const quoted = reading.text[reading.at] === '"' || reading.text[reading.at] === "'";
    const key = quoted ? readString(reading) : readWord(reading);
    take(reading, ':');
    entries.push([key, readValue(reading, depth + 1)]);
    if (reading.text[reading.at] !== '}') take(reading, ',');
  }
  reading.at++;
  return Object.fromEntries(entries);
}

function readArray(reading: Reading, depth: number): readonly unknown[] {
  const values: unknown[] = [];
  reading.at++;
  while (reading.text[reading.at] !== ']') {
    values.push(readValue(reading, depth + 1));
    if (reading.text[reading.at] !== ']') take(reading, ',');
  }
  reading.at++;
  return values;
}

function readWord(reading: Reading): string {
  const [word] = /^[A-Za-z_$][\w$]*/.exec(reading.text.slice(reading.at, reading.at + 200)) ?? [];
  if (word === undefined) throw refuse(`at ${reading.at} there is no key`);
  reading.at += word.length;
  return word;
}

/** Strings of descriptions are names: escapes are refused. */
function readString(reading: Reading): string {
  const quote = reading.text[reading.at] as string;
  const end = reading.text.indexOf(quote, reading.at + 1);
  const value = reading.text.slice(reading.at + 1, end);
  if (end < 0 || value.includes('\\')) throw refuse(`the string at ${reading.at} does not end, or holds an escape`);
  reading.at = end + 1;
  return value;
}

function take(reading: Reading, sign: string): void {
  if (reading.text[reading.at] !== sign)
    throw refuse(`at ${reading.at} there is ${JSON.stringify(reading.text[reading.at] ?? 'the end')}, wanted ${sign}`);
  reading.at++;
}

function refuse(why: string): FilmwrightError {
  return new FilmwrightError('model-unavailable', `The script that carries the model cannot be read: ${why}.`);
}
