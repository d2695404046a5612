import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaptionSource, SpanComposition, TextSource } from '@filmwright/contracts';
import { parseColor } from './color.ts';
import { inspectTexts } from './inspect-texts.ts';
import { bundledStack, fontPath, sampleCaption, sampleText } from './testing/sample-sources.ts';

const behind: SpanComposition = {
  width: 1920,
  height: 1080,
  fps: 30,
  firstFrame: 0,
  frames: 1,
  color: '#000000',
  layers: [],
  transition: null,
  finish: { vignette: 0, grain: 0, seed: 1 },
};
/** Left half of one colour, right half of another. */
const halves = (left: string, right: string) => async () => {
  const rgba = new Uint8Array(1920 * 1080 * 4);
  for (let i = 0; i < rgba.length; i += 4) rgba.set([...parseColor((i / 4) % 1920 < 960 ? left : right), 255], i);
  return { rgba, width: 1920, height: 1080 };
};
const inspect = (source: TextSource | CaptionSource, renderBehind: Parameters<typeof inspectTexts>[1]['renderBehind'] = null) =>
  inspectTexts({ width: 1920, height: 1080, texts: [{ path: 'storyboard[2].text[0]', source, behind }] }, { fontPath, renderBehind });

test('a good text has nothing said about it', async () => {
  assert.deepEqual(await inspect(sampleText({}), halves('#223344', '#223344')), []);
  assert.deepEqual(await inspect(sampleCaption(['Warm', 'light']), halves('#ffffff', '#ffffff')), []);
});

test('missing glyphs are errors that name the characters, the script and the package with a font', async () => {
  const issues = await inspect(sampleText({ lines: ['Lumo 灯具 👍🏽'] }));
  assert.deepEqual(
    issues.map((issue) => [issue.severity, issue.code, issue.path]),
    [
      ['error', 'glyphs-missing', 'storyboard[2].text[0]'],
      ['error', 'glyphs-missing', 'storyboard[2].text[0]'],
    ],
  );
  assert.match(issues[0]?.message ?? '', /Chinese characters 灯 具/);
  assert.match(issues[0]?.next ?? '', /fonts-noto-cjk/);
  assert.match(issues[1]?.found ?? '', /U\+1F44D\+U\+1F3FD/);
  assert.match(issues[1]?.next ?? '', /fonts-noto-color-emoji/);
  assert.deepEqual(await inspect(sampleText({ lines: ['مصباح'], fonts: bundledStack, language: 'ar' })), []);
});

test('a text that does not fit even at 60 percent is told so', async () => {
  const issues = await inspect(
    sampleText({
      lines: ['A very long title that goes on and on until nobody wants to read it any more at all'],
      box: { x: 200, y: 200, width: 400, height: 100 },
    }),
  );
  assert.ok(issues.some((issue) => issue.code === 'text-overflow' && issue.severity === 'warning'));
});

test('a text at the edge of the frame is told that it leaves the title-safe area, and where', async () => {
  const issues = await inspect(sampleText({ box: { x: 20, y: 10, width: 900, height: 200 }, alignY: 'top' }));
  assert.match(issues.find((issue) => issue.code === 'text-unsafe')?.message ?? '', /left and top/);
});

test('low contrast is measured where the text stands, with the ratio found', async () => {
  const white = sampleText({ box: { x: 1000, y: 300, width: 800, height: 200 } });
  assert.deepEqual(await inspect(white, halves('#ffffff', '#101820')), []);
  const issues = await inspect(white, halves('#101820', '#f4f1ec'));
  assert.equal(issues[0]?.code, 'contrast-low');
  assert.match(issues[0]?.found ?? '', /contrast [12]\.\d : 1/);
  assert.match(issues[0]?.wanted ?? '', /3 : 1/);
});

test('text on its own shape is measured against the shape, whatever the picture', async () => {
  const button = (color: string) => sampleText({ style: 'button', lines: ['Order now'], fill: '#ffb347', color, sizePx: 40 });
  assert.deepEqual(await inspect(button('#14181f'), halves('#14181f', '#14181f')), []);
  assert.equal((await inspect(button('#ffffff')))[0]?.code, 'contrast-low');
});

test('the frame behind is rendered once for texts of one shot', async () => {
  let calls = 0;
  const texts = [0, 1, 2].map((i) => ({ path: `storyboard[0].text[${i}]`, source: sampleText({}), behind }));
  await inspectTexts(
    { width: 1920, height: 1080, texts },
    {
      fontPath,
      renderBehind: () => {
        calls++;
        return halves('#223344', '#223344')();
      },
    },
  );
  assert.equal(calls, 1);
});
