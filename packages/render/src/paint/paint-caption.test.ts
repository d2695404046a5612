import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bitmap } from './bitmap.ts';
import { captionMomentAt, paintCaption } from './paint-caption.ts';
import { bundledStack, fontPath, sampleCaption } from './testing/sample-sources.ts';

const words = 'Warm light follows you from room to room, and it costs 1,299.50 dollars.'.split(' ');

/** Columns of a bitmap in which the highlight colour is seen. */
const litColumns = (bitmap: Bitmap): { readonly from: number; readonly until: number; readonly count: number } => {
  let from = Number.POSITIVE_INFINITY;
  let until = -1;
  let count = 0;
  for (let i = 0; i < bitmap.rgba.length; i += 4) {
    const [r = 0, g = 0, b = 0, a = 0] = bitmap.rgba.subarray(i, i + 4);
    if (a < 250 || r < 240 || Math.abs(g - 179) > 24 || Math.abs(b - 71) > 40) continue;
    const x = (i / 4) % bitmap.width;
    from = Math.min(from, x);
    until = Math.max(until, x);
    count++;
  }
  return { from, until, count };
};

test('captions stay inside their box on at most two lines, whatever the words', () => {
  const long = ['Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen', 'fährt', 'heute', 'nicht'];
  for (const style of ['boxed', 'outlined'] as const)
    for (const alignY of ['top', 'center', 'bottom'] as const)
      for (const list of [words, ['Yes.'], long]) {
        const { box } = sampleCaption(list);
        const bitmap = paintCaption(sampleCaption(list, { style, alignY, box: { ...box, width: 700 } }), fontPath).bitmap(0, 0);
        const spare = style === 'boxed' ? 3 : 24;
        assert.ok(bitmap.x >= box.x - spare && bitmap.x + bitmap.width <= box.x + 700 + spare, `${style} ${alignY} ${list[0]}: x`);
        assert.ok(bitmap.y >= box.y - spare && bitmap.y + bitmap.height <= box.y + box.height + spare, `${style} ${alignY} ${list[0]}: y`);
      }
});

test('the word being spoken is lit and no other, from left to right along a line', () => {
  const line = words.slice(0, 6);
  const painted = paintCaption(sampleCaption(line), fontPath);
  const lit = line.map((_, word) => litColumns(painted.bitmap(0, word)));
  lit.forEach((columns, word) => {
    assert.ok(columns.count > 50, `${line[word]} is not lit`);
    const next = lit[word + 1];
    if (next) assert.ok(columns.until < next.from, `${line[word]} and ${line[word + 1]} are lit together`);
  });
  assert.equal(litColumns(painted.bitmap(0, -1)).count, 0);
  assert.equal(litColumns(painted.bitmap(0, line.length)).count, 0);
});

test('words of a right-to-left line are lit from right to left', () => {
  const line = ['سعر', 'المصباح', '1,299', 'ريال'];
  const painted = paintCaption(sampleCaption(line, { language: 'ar', fonts: bundledStack }), fontPath);
  const lit = line.map((_, word) => litColumns(painted.bitmap(0, word)));
  for (let i = 1; i < lit.length; i++)
    assert.ok((lit[i]?.until ?? 0) < (lit[i - 1]?.from ?? 0), `${line[i]} stands left of ${line[i - 1]}`);
});

test('bitmaps of a page have one size and place and differ only round the word that changes', () => {
  const painted = paintCaption(sampleCaption(words.slice(0, 6)), fontPath);
  const first = painted.bitmap(0, 1);
  const second = painted.bitmap(0, 2);
  assert.deepEqual([first.width, first.height, first.x, first.y], [second.width, second.height, second.x, second.y]);
  const changed = litColumns(first).from - 4;
  for (let y = 0; y < first.height; y++)
    for (let x = 0; x < changed; x++) {
      const at = (y * first.width + x) * 4;
      assert.equal(first.rgba[at], second.rgba[at]);
    }
});

test('the page and word of a frame follow the spoken words', () => {
  const source = sampleCaption(['One', 'two', 'three']);
  const late = { fromFrame: 60, untilFrame: 90, words: [{ text: 'later', fromFrame: 63, untilFrame: 80 }] };
  const pages = [...source.pages, late];
  assert.deepEqual(captionMomentAt(pages, 0), { page: 0, word: 0 });
  assert.deepEqual(captionMomentAt(pages, 19), { page: 0, word: 1 });
  assert.deepEqual(captionMomentAt(pages, 29), { page: 0, word: 2 });
  assert.deepEqual(captionMomentAt(pages, 33), { page: 0, word: 3 });
  assert.equal(captionMomentAt(pages, 45), null);
  assert.deepEqual(captionMomentAt(pages, 61), { page: 1, word: -1 });
  assert.deepEqual(captionMomentAt(pages, 85), { page: 1, word: 1 });
  assert.equal(captionMomentAt(pages, 90), null);
});

test('the same captions give the same bytes, in whatever order they are asked for', () => {
  const source = sampleCaption(words);
  const forward = paintCaption(source, fontPath);
  const expected = [0, 5, 12].map((word) => forward.bitmap(0, word));
  const backward = paintCaption(source, fontPath);
  assert.deepEqual([12, 5, 0].map((word) => backward.bitmap(0, word)).reverse(), expected);
});
