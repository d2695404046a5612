import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePrice } from './price.ts';

test('prices of many countries are taken apart', () => {
  const cases: readonly (readonly [string, ReturnType<typeof parsePrice>])[] = [
    ['$49.99', { before: '$', whole: '49', decimals: '99', after: '', unit: '' }],
    ['€ 1.299,95', { before: '€', whole: '1.299', decimals: '95', after: '', unit: '' }],
    ['1 299,50 €', { before: '', whole: '1 299', decimals: '50', after: '€', unit: '' }],
    ['$9 / month', { before: '$', whole: '9', decimals: '', after: '', unit: '/ month' }],
    ['CHF 1’299.–', { before: 'CHF', whole: '1’299.–', decimals: '', after: '', unit: '' }],
    ['19,- €', { before: '', whole: '19,-', decimals: '', after: '€', unit: '' }],
    ['¥12,800', { before: '¥', whole: '12,800', decimals: '', after: '', unit: '' }],
    ['299元', { before: '', whole: '299', decimals: '', after: '元', unit: '' }],
    ['1,299 ريال', { before: '', whole: '1,299', decimals: '', after: '', unit: 'ريال' }],
    ['from $5', { before: '', whole: 'from $5', decimals: '', after: '', unit: '' }],
    ['Free', { before: '', whole: 'Free', decimals: '', after: '', unit: '' }],
  ];
  for (const [text, parts] of cases) assert.deepEqual(parsePrice(text), parts, text);
});
