import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { textStyles } from '@filmwright/contracts';
import type { Bitmap } from './bitmap.ts';
import { layoutText } from './layout-text.ts';
import { paintText } from './paint-text.ts';
import { bundledStack, fontPath, machineStack, sampleText } from './testing/sample-sources.ts';

const lines: Readonly<Record<string, readonly string[]>> = {
  'price-tag': ['$49.99 / month', '$79.99'],
  'lower-third': ['Amélie Østergård', 'Design'],
  bullets: ['One', 'Two words', 'Three of them'],
};
const opaqueShare = (bitmap: Bitmap): number => {
  let count = 0;
  for (let i = 3; i < bitmap.rgba.length; i += 4) if ((bitmap.rgba[i] as number) > 200) count++;
  return count / (bitmap.rgba.length / 4);
};

test('every style paints letters inside its box, premultiplied, the same bytes each time', () => {
  for (const style of textStyles) {
    const source = sampleText({ style, lines: lines[style] ?? ['Order now'], sizePx: 60 });
    const bitmap = paintText(source, fontPath);
    assert.equal(bitmap.rgba.length, bitmap.width * bitmap.height * 4);
    assert.ok(opaqueShare(bitmap) > 0.01, `${style} paints nothing`);
    for (let i = 0; i < bitmap.rgba.length; i += 4) {
      const alpha = bitmap.rgba[i + 3] as number;
      assert.ok(
        (bitmap.rgba[i] as number) <= alpha && (bitmap.rgba[i + 1] as number) <= alpha && (bitmap.rgba[i + 2] as number) <= alpha,
        `${style} is not premultiplied`,
      );
    }
    const laid = layoutText(source, fontPath);
    assert.ok(laid.fits, `${style} does not fit`);
    assert.ok(
      laid.box.x >= 199 && laid.box.x + laid.box.width <= 1101 && laid.box.y >= 149 && laid.box.y + laid.box.height <= 471,
      `${style} leaves its box`,
    );
    const shadow = 60 * 1.5;
    assert.ok(bitmap.x > 200 - shadow && bitmap.x + bitmap.width < 1100 + shadow, `${style} reaches out further than its shadow`);
    assert.deepEqual(paintText(source, fontPath), bitmap, `${style} is not the same the second time`);
  }
});

test('a text stands where its box is aligned', () => {
  const at = (alignX: 'left' | 'center' | 'right', alignY: 'top' | 'center' | 'bottom') =>
    layoutText(sampleText({ alignX, alignY }), fontPath).box;
  assert.equal(at('left', 'top').x, 200);
  assert.equal(at('left', 'top').y, 150);
  const right = at('right', 'bottom');
  assert.ok(Math.abs(right.x + right.width - 1100) < 0.01 && Math.abs(right.y + right.height - 470) < 0.01);
  const center = at('center', 'center');
  assert.ok(Math.abs(center.x + center.width / 2 - 650) < 0.01);
});

test('a text too large for its box is shrunk, down to 60 percent, and then overflows', () => {
  const whole = layoutText(sampleText({}), fontPath);
  assert.equal(whole.share, 1);
  const shrunk = layoutText(sampleText({ lines: ['Geschwindigkeitsbegrenzung'] }), fontPath);
  assert.ok(shrunk.fits && shrunk.share < 1 && shrunk.share > 0.6, `share ${shrunk.share}`);
  const overflowing = layoutText(sampleText({ lines: ['Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen'] }), fontPath);
  assert.equal(overflowing.fits, false);
  assert.equal(overflowing.share, 0.6);
});

test('a character that no font of the film has is an empty box, and no font of the machine is opened for it', {
  skip: process.platform === 'linux' ? false : 'reads /proc/self/maps, which this system has not got',
}, () => {
  const missing = ['☃', '☂', '⚓'].map((character) => paintText(sampleText({ lines: [character] }), fontPath));
  for (const bitmap of missing) assert.ok(Buffer.from(bitmap.rgba).equals(missing[0]?.rgba ?? Buffer.alloc(0)));
  paintText(
    sampleText({ lines: ['Light 灯 ضوء 👍🏽 🇩🇪 ❤️ 1️⃣ ⌚\uFE0E \uE123 \u{10FFFF} \u0007 \uD83D \uFFFC a\u2066b\u2069 e\u0301\u0489'] }),
    fontPath,
  );
  const opened = readFileSync('/proc/self/maps', 'utf8').match(/\S+\.(?:ttf|otf|ttc|pfb|woff2?)$/gim) ?? [];
  assert.ok(opened.length > 0, 'the fonts of the film are mapped');
  assert.deepEqual(
    [...new Set(opened)].filter((path) => !path.includes('@expo-google-fonts')),
    [],
  );
});

test('nothing to paint is one clear pixel, and a text of any length comes to an end', () => {
  for (const style of ['title', 'subtitle', 'kicker'] as const) {
    const bitmap = paintText(sampleText({ style, lines: [' '] }), fontPath);
    if (style !== 'kicker') assert.deepEqual([bitmap.width, bitmap.height, ...bitmap.rgba], [1, 1, 0, 0, 0, 0]);
  }
  for (const style of textStyles) paintText(sampleText({ style, lines: [''] }), fontPath);
  assert.equal(layoutText(sampleText({ lines: ['word '.repeat(4000)] }), fontPath).fits, false);
});

test('Arabic letters join, a number among them reads from left to right, and the text hangs on its right edge', () => {
  const source = sampleText({ lines: ['مصباح بسعر 1,299 ريال'], language: 'ar', fonts: bundledStack });
  const { scene } = layoutText(source, fontPath);
  assert.ok(scene.fits);
  const width = (text: string): number =>
    layoutText(sampleText({ lines: [text], language: 'ar', fonts: bundledStack, style: 'subtitle' }), fontPath).box.width;
  assert.ok(width('ببب') < width('ب') * 3 * 0.85, 'joined letters are narrower than three single ones');
});

test('Chinese, Japanese, Hebrew, Thai and emoji are painted with fonts of the machine', async (context) => {
  const { fonts, lacking } = await machineStack(['Hans', 'Jpan', 'Hebr', 'Thai', 'Zsye']);
  if (fonts === null)
    return context.skip(
      `no font is installed for ${lacking.join(', ')}: install fonts-noto-cjk, fonts-noto-core and fonts-noto-color-emoji`,
    );
  const one = (text: string, language: string): Bitmap => paintText(sampleText({ lines: [text], language, fonts }), fontPath);
  for (const [text, language] of [
    ['再生铝材，充电40小时', 'zh-Hans'],
    ['「光が、家を知っている。」', 'ja'],
    ['נטען ב-45 דקות', 'he'],
    ['โคมไฟ', 'th'],
    ['👩‍👩‍👧‍👦👍🏽🇩🇪', 'en'],
  ] as const)
    assert.ok(opaqueShare(one(text, language)) > 0.03, text);
  assert.notDeepEqual(one('骨', 'zh-Hans').rgba, one('骨', 'ja').rgba, 'the language picks the regional form of a character');
});
