import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  Array.from(css.matchAll(/--([\w-]+):\s*(?:light-dark\(\s*(#\w{6}),\s*(#\w{6})\s*\)|(#\w{6}))\s*;/g), (match) => [
    match[1] ?? '',
    { light: match[2] ?? match[4] ?? '', dark: match[3] ?? match[4] ?? '' },
  ]),
);

/** Text on what it stands on (WCAG 2.2, 1.4.3: at least 4.5), and edges of controls and the focus (1.4.11: at least 3). */
const pairs: readonly (readonly [front: string, back: string, least: number])[] = [
  ...['ground', 'surface', 'raised', 'sunken', 'hover'].flatMap((back) => [['ink', back, 4.5] as const, ['quiet', back, 4.5] as const]),
  ...['surface', 'ground', 'hover'].flatMap((back) => [
    ['accent', back, 4.5] as const,
    ['bad', back, 4.5] as const,
    ['warn', back, 4.5] as const,
  ]),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['on-accent-ground', 'accent-ground', 4.5],
  ['good', 'good-ground', 4.5],
  ['warn', 'warn-ground', 4.5],
  ['bad', 'bad-ground', 4.5],
  ['ink', 'bad-ground', 4.5],
  ['ink', 'warn-ground', 4.5],
  ['quiet', 'accent-ground', 4.5],
  ['on-film', 'film', 4.5],
  ...['surface', 'ground', 'raised'].flatMap((back) => [
    ['edge', back, 3] as const,
    ['focus', back, 3] as const,
    ['good', back, 3] as const,
  ]),
];

test('every text and every edge of a control can be told from what it stands on, in light and in dark', () => {
  const weak = (['light', 'dark'] as const).flatMap((theme) =>
    pairs.flatMap(([front, back, least]) => {
      const [a, b] = [tokens.get(front)?.[theme], tokens.get(back)?.[theme]];
      assert.ok(a && b, `${front} and ${back} are tokens`);
      const found = contrast(a, b);
      return found >= least ? [] : [`${theme}: ${front} on ${back} is ${found.toFixed(2)}, wanted ${least}`];
    }),
  );
  assert.deepEqual(weak, []);
});

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
