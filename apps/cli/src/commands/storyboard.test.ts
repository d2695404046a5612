import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { parse } from 'yaml';
import { type StoryboardOptions, storyboard } from './storyboard.ts';

test('a script becomes a film document beside it, with the pictures of a folder, and no file is written over', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-script-'));
  t.after(() => rm(folder, { recursive: true }));
  t.mock.method(process.stdout, 'write', () => true);
  const before = process.env['FILMWRIGHT_HOME'];
  process.env['FILMWRIGHT_HOME'] = join(folder, 'home');
  t.after(() => {
    if (before === undefined) delete process.env['FILMWRIGHT_HOME'];
    else process.env['FILMWRIGHT_HOME'] = before;
  });
  await mkdir(join(folder, 'art'));
  for (const name of ['harbour.jpg', 'waves.mp4', 'notes.txt']) await writeFile(join(folder, 'art', name), '');
  const file = join(folder, 'script.txt');
  await writeFile(file, 'Ein Tag am Hafen\n\nDie Wellen sind hoch.\n\nUnd das ist das Ende.');
  const options: StoryboardOptions = {
    ...{ file, out: undefined, language: undefined, aspect: '9:16', media: [join(folder, 'art')], json: true },
    ...{ model: undefined, orRules: false, wishes: undefined, drawings: false, seed: 1 },
  };
  await storyboard(options);
  const film = parse(await readFile(join(folder, 'script.film.yaml'), 'utf8')) as FilmDocument;
  assert.deepEqual(readDocument(film).issues, []);
  assert.deepEqual([film.title, film.language, film.format?.aspect], ['Ein Tag am Hafen', 'de', '9:16']);
  const shown = film.storyboard.map(({ visual }) => visual);
  assert.deepEqual(shown.length, 2);
  assert.ok(JSON.stringify(shown).includes('art/waves.mp4') && JSON.stringify(shown).includes('art/harbour.jpg'), JSON.stringify(shown));
  await assert.rejects(storyboard(options), { code: 'request-invalid', message: /is there already/ });
  const out = join(folder, 'other.yaml');
  const latin = join(folder, 'latin.txt');
  await writeFile(latin, Buffer.from('Ein Tag in M\xfcnchen', 'latin1'));
  for (const [wrong, message] of [
    [{ file: latin }, /no text in UTF-8/],
    [{ wishes: 'slow' }, /--wishes is for a model/],
    [{ orRules: true }, /--or-rules is for a model/],
    [{ file: join(folder, 'none.txt') }, /cannot be read/],
    [{ media: [join(folder, 'home')] }, /no pictures or clips|is not there/],
    [{ aspect: '3:2' }, /wanted one of 16:9/],
  ] as const)
    await assert.rejects(storyboard({ ...options, out, ...wrong }), { code: 'request-invalid', message });
});
