import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core';
import { freePath } from './file-names.ts';
import { byteCount, clockTime, shortTime, spokenTime, timeCode } from './format.ts';
import { filmFromShots } from './new-film.ts';
import { peaksOf, waveformPath } from './peaks.ts';
import { hashOf, type Place, placeOfHash } from './place.ts';
import { estimatedMs, issuesByShot, lookOf, speakersOf } from './shot-facts.ts';

const film: FilmDocument = { title: 'x', voice: 'narrator', storyboard: [{}] };

test('a card knows the look, the speakers and about the length of a shot, also of one that is badly written', () => {
  assert.deepEqual(lookOf({ visual: { background: { backdrop: 'halo' }, figures: ['mara'] } }, film).figures, ['mara']);
  assert.deepEqual(lookOf({ visual: 7 as never }, film).ground, { kind: 'none' });
  assert.deepEqual(speakersOf({ narration: ['a', { say: 'b', who: 'jonas' }] }, film), ['narrator', 'jonas']);
  assert.equal(estimatedMs({ length: '2.5s' }, film), 2500);
  const said = estimatedMs({ narration: 'Meet Aurora, the portable lamp that brings a warm evening to wherever you are.' }, film);
  assert.ok(said > 4000 && said < 6500, String(said));
});

test('problems lie with their shot, those of the film under none', () => {
  const { issues } = readDocument({ title: '', storyboard: [{}, { narration: '', length: 4 }] });
  const found = issuesByShot(issues);
  assert.ok((found.get(1)?.length ?? 0) >= 1);
  assert.ok((found.get(-1)?.length ?? 0) >= 1);
});

test('a new film shows its pictures in turn, plays its sound, and has no problems', () => {
  const media = [
    { name: 'a.jpg', digest: 'sha256-1', kind: 'picture' },
    { name: 'a.jpg', digest: 'sha256-2', kind: 'picture' },
    { name: 'tune.mp3', digest: 'sha256-3', kind: 'sound' },
  ] as const;
  const made = filmFromShots([{ narration: 'One.' }, { narration: 'Two.' }], { title: 'T', media, language: 'en' });
  assert.deepEqual(made.files, { 'a.jpg': 'sha256-1', 'a-2.jpg': 'sha256-2', 'tune.mp3': 'sha256-3' });
  assert.deepEqual(readDocument(made.document).issues, []);
  assert.deepEqual(
    made.document.storyboard.map(({ visual }) => visual),
    [{ picture: 'a.jpg' }, { picture: 'a-2.jpg' }],
  );
});

test('times, sizes and names are written for people', () => {
  assert.deepEqual([clockTime(0), clockTime(62_400), clockTime(3_723_000)], ['0:00', '1:02', '1:02:03']);
  assert.deepEqual(
    [shortTime(4210), shortTime(75_000), spokenTime(40_000), spokenTime(4_200_000)],
    ['4.2 s', '1:15', '40 seconds', '1 hour 10 minutes'],
  );
  assert.equal(timeCode(25 * 61 + 12, 25), '00:01:01:12');
  assert.deepEqual([byteCount(820), byteCount(12_400_000), byteCount(2e9)], ['820 bytes', '12 MB', '2.0 GB']);
  assert.equal(freePath('../a\u0000b?.png', { digest: 'd', files: {} }), 'ab.png');
});

test('an address and its place are the same thing', () => {
  const places: readonly Place[] = [
    { view: 'start' },
    { view: 'library' },
    { view: 'fleet' },
    { view: 'storyboard', film: 'a/b' },
    { view: 'film', film: 'f' },
    { view: 'shot', film: 'f', shot: 'opening 2' },
  ];
  for (const place of places) assert.deepEqual(placeOfHash(hashOf(place)), place);
  assert.deepEqual(placeOfHash('#/nothing/%E0%A4%A'), { view: 'start' });
});

test('a waveform shows the loudest sample of each part', () => {
  const samples = Float32Array.from({ length: 1000 }, (_, at) => (at === 505 ? -0.8 : 0.1));
  const peaks = peaksOf(samples, 10);
  assert.ok(Math.abs((peaks[5] ?? 0) - 0.8) < 1e-6 && Math.abs((peaks[0] ?? 0) - 0.1) < 1e-6);
  assert.match(waveformPath(peaks, { widthPx: 100, heightPx: 40 }), /^M5\.0 .*Z$/);
});
