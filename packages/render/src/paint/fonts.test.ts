import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { bundledFonts, coverage, findFonts, fontInfo } from './fonts.ts';

const inter = bundledFonts().find((font) => font.script === 'Latn');

test('the bundled fonts cover Latin, Cyrillic, Greek and Arabic and say their family, weight and licence', () => {
  assert.deepEqual(
    bundledFonts().map((font) => font.script),
    ['Latn', 'Cyrl', 'Grek', 'Arab'],
  );
  assert.deepEqual(fontInfo(inter?.regular ?? ''), { family: 'Inter', weight: 400, licence: 'OFL-1.1' });
  assert.equal(fontInfo(inter?.bold ?? '').weight, 700);
  const texts = { Latn: 'Grüße, Łódź €1.299', Cyrl: 'Лампа', Grek: 'Λάμπα', Arab: 'مصباح، ١٢٣' };
  for (const font of bundledFonts()) assert.deepEqual(coverage(font.bold, texts[font.script as keyof typeof texts]), [], font.script);
});

test('what a font cannot show is told by whole graphemes, each once', () => {
  assert.deepEqual(coverage(inter?.regular ?? '', 'Licht 灯灯 👍🏽 \u200D é'), ['灯', '👍🏽']);
});

test('a file that is no font is refused with its name and what to give instead', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-font-'));
  try {
    for (const [name, bytes] of [
      ['text.ttf', 'not a font'],
      ['cut.ttf', '\0\u0001\0\0\0\u0004'],
      ['empty.ttf', ''],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      assert.throws(
        () => fontInfo(path),
        (error) => error instanceof FilmwrightError && error.code === 'media-invalid' && error.message.includes(name),
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('each script has at most one font, the bundled ones before those of the machine', async () => {
  const found = await findFonts();
  assert.equal(new Set(found.map((font) => font.script)).size, found.length);
  assert.deepEqual(found.slice(0, 4), bundledFonts());
  for (const font of found) assert.ok(font.regular !== '' && font.bold !== '' && font.licence !== '');
});
