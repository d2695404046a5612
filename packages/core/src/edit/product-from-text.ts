import { plainText } from './plain-text.ts';
import { sentencesOf } from './sentences.ts';

/** What the text of a product's page tells: strings are empty where nothing was found. */
export type ProductText = {
  readonly product: string;
  readonly tagline: string;
  readonly price: string;
  readonly oldPrice: string;
  readonly features: readonly string[];
  readonly sentences: readonly string[];
};

const pricePattern =
  /(?:[$€£¥₹]|(?:USD|EUR|GBP|CHF|CNY|INR)\s)\s?\d[\d.,\u00a0' ]*\d|(?:[$€£¥₹])\s?\d|(?<![\d.,])\d[\d.,]*\s?(?:€|£|¥|₹|USD|EUR|CHF)(?!\p{L})/gu;
/** What a line of a list begins with; "1.5 kg" and "-20 °C" are none. */
const bulletPattern = /^(?:[•✓✔]\s*|[-*–](?!\d)\s*|\d{1,2}[.)]\s+)/u;
const chrome =
  /^(?:add to (?:cart|basket|bag)|buy now|in stock|out of stock|free (?:shipping|delivery).*|share|menu|home|reviews?.*|\d+(?:\.\d)? (?:stars?|reviews?).*|sku.*|quantity.*|sign in|log in|search|cookies?.*)$/i;

/** Reads name, promise, prices and features out of text pasted from a product's page; what it cannot tell it leaves empty. */
export function productFromText(pasted: string, language: string): ProductText {
  const lines = plainText(pasted)
    .text.split('\n')
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line) && !chrome.test(line));
  const found = Array.from(lines.join('\n').matchAll(pricePattern), (match): readonly [number, string] => [
    amountOf(match[0]),
    match[0].trim(),
  ]);
  const prices = [...new Map(found)].sort((a, b) => a[0] - b[0]);
  const price = prices[0];
  const old = prices.findLast(([amount]) => price !== undefined && amount > price[0] && amount < price[0] * 4);
  const written = lines.filter((line) => line.replace(pricePattern, '').trim() !== '');
  const product = (written.find((line) => line.length <= 60 && !bulletPattern.test(line)) ?? '')
    .replace(/\s*[|–—-]\s.*$/u, '')
    .slice(0, 40);
  const bullets = written.filter((line) => bulletPattern.test(line)).map((line) => line.replace(bulletPattern, '').trim());
  const prose = written.filter((line) => !bulletPattern.test(line) && line.length > 60);
  const sentences = prose.flatMap((line) => sentencesOf(line, language)).filter((sentence) => sentence.length <= 400);
  const short = written.filter((line) => line.length <= 60 && !bulletPattern.test(line) && !line.startsWith(product));
  const features = (bullets.length > 0 ? bullets : short.slice(1)).filter((line) => line.length <= 60).slice(0, 4);
  return {
    product,
    tagline: short[0] ?? sentences.find((sentence) => sentence.length <= 60) ?? '',
    price: price?.[1] ?? '',
    oldPrice: old?.[1] ?? '',
    features,
    sentences: sentences.slice(0, 12),
  };
}

/** The number in a price: the last separator with one or two digits after it is the decimal one. */
function amountOf(price: string): number {
  const digits = price.replace(/[^\d.,]/g, '').replace(/[.,]$/, '');
  const decimal = /[.,](\d{1,2})$/.exec(digits);
  const whole = (decimal === null ? digits : digits.slice(0, decimal.index)).replace(/[.,]/g, '');
  return Number(`${whole}.${decimal?.[1] ?? 0}`);
}
