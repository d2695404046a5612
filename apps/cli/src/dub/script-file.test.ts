import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Script } from '@filmwright/contracts';
import { readScriptFile, scriptText } from './script-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-script-'));
after(() => rm(folder, { recursive: true, force: true }));

const script: Script = {
  'filmwright-script': 1,
  from: 'en',
  language: 'ar',
  voice: 'espeak-ng-ar',
  voices: {},
  lines: [
    { id: 'title', original: 'Light: "warm", and yours', translation: 'ضوء، «دافئ»' },
    { id: 'a.says', original: 'One line.\nAnd another; with a # and - marks', translation: '', was: 'One line.' },
    { id: 'a.text.1', original: '- $129 🏕️', translation: '129 ر.س', recording: 'me.wav' },
  ],
};

for (const name of ['script.yaml', 'script.csv']) {
  test(`a script comes back from ${name} as it was written`, async () => {
    const path = join(folder, name);
    await writeFile(path, scriptText(script, path));
    assert.deepEqual(await readScriptFile(path), script);
  });
}

test('no cell of a table is a formula for spreadsheets, and every cell comes back as it was', async () => {
  const path = join(folder, 'formulas.csv');
  const texts = ['=1+1', '-5 °C', '+49 30', '@home', "'=x", "''=x", "'tis", ' =HYPERLINK("x")', '＝1', 'a\n=b, c;d'];
  const lines = texts.map((original, at) => ({ id: `a.text.${at + 1}`, original, translation: original }));
  const text = scriptText({ ...script, lines }, path);
  await writeFile(path, text);
  assert.deepEqual((await readScriptFile(path)).lines, lines);
  for (const row of text.split('\r\n')) for (const cell of row.split(/,(?=\S)/)) assert.doesNotMatch(cell, /^"?\s*[=+\-@＝]/);
});

test('a table without its columns and a file that is not there are refused with what is wanted', async () => {
  const path = join(folder, 'wrong.csv');
  await writeFile(path, 'name,text\nx,y\n');
  await assert.rejects(readScriptFile(path), { code: 'document-invalid', message: /name, text; wanted id, original, translation/ });
  await assert.rejects(readScriptFile(join(folder, 'none.yaml')), { code: 'document-invalid', message: /does not exist/ });
});
