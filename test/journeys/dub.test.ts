import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '@filmwright/contracts';
import { filmwright, platformOfTest } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '1');

const film = writeFilm(home, {
  title: 'Evening',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  captions: { burn: false },
  storyboard: [
    { id: 'lake', narration: 'Take it with you down to the lake.', visual: { backdrop: 'waves' } },
    { id: 'home', narration: 'And take it home.', visual: { backdrop: 'arc' }, text: { style: 'title', text: 'At home' } },
  ],
  outputs: { master: { quality: 'draft' } },
});
const script = join(home, 'film.de.yaml');

type Made = { readonly master: string; readonly report: string; readonly tasks: { readonly run: number; readonly reused: number } };

async function make(args: readonly string[]): Promise<Made & { readonly told: Report }> {
  const { status, out, err } = await filmwright(home, ['make', film, '--json', ...args]);
  assert.equal(status, 0, out + err);
  const made = JSON.parse(out) as Made;
  return { ...made, told: JSON.parse(readFileSync(made.report, 'utf8')) as Report };
}

test('a film is dubbed from its translated script, with its pictures: only the shot with words on it is encoded again', async () => {
  await open();
  const original = await make(['--out', join(home, 'en')]);

  const written = await filmwright(home, ['script', film, '--language', 'de', '--json']);
  assert.equal(written.status, 0, written.err);
  assert.deepEqual(JSON.parse(written.out), { script, lines: 4, open: 4, changed: 0 });
  const refused = await filmwright(home, ['make', film, '--script', script, '--out', join(home, 'none'), '--json']);
  assert.equal(refused.status, 2);
  assert.match(refused.out, /translation-missing/);

  const words = ['Abend', 'Nimm sie mit an den See.', 'Und heim.', 'Zu Hause'];
  let at = 0;
  const text = readFileSync(script, 'utf8').replaceAll('translation: ""', () => `translation: ${words[at++]}`);
  writeFileSync(script, text.replace('language: de', 'language: de\nvoice: flite-rms'));
  const dub = await make(['--language', 'de', '--out', join(home, 'de')]);
  assert.equal(dub.told.title, 'Abend');
  assert.deepEqual(dub.told.shots, original.told.shots);
  const encoded = (report: Report): number | undefined => report.stages.find((stage) => stage.stage === 'picture')?.tasks;
  assert.deepEqual([encoded(original.told), encoded(dub.told)], [2, 1]);
  const vtt = readFileSync(join(home, 'de', 'captions.vtt'), 'utf8');
  assert.match(vtt, /NOTE Language: de[\s\S]*Nimm sie mit an den See\./);
  assert.notEqual(dub.told.master.digest, original.told.master.digest);
});
