import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readTimeline } from '@filmwright/core/otio/read-timeline';
import { parse } from 'yaml';
import { filmwright, homeOfTest } from '../journeys/platform-home.ts';
import { smallFilm, writeFilm } from '../journeys/small-film.ts';

const python = process.env['PYTHON'] ?? 'python3';
const install = 'pip install opentimelineio otio-cmx3600-adapter otio-fcpx-xml-adapter (PYTHON names the interpreter)';
const skip =
  spawnSync(python, ['-c', 'import opentimelineio'], { stdio: 'ignore' }).status === 0
    ? false
    : `the OpenTimelineIO library is not installed; get it with: ${install}`;

type Clip = {
  readonly name: string;
  readonly kind: 'Video' | 'Audio';
  readonly path: string;
  readonly available: readonly [number, number, number];
  readonly source: readonly [number, number, number];
  readonly place: readonly [number, number];
  readonly markers: readonly string[];
};
type Track = {
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly seconds: number;
  readonly clips: readonly Clip[];
  readonly transitions: readonly { readonly type: string; readonly frames: number }[];
};
type Facts = {
  readonly name: string;
  readonly seconds: number;
  readonly rate: number;
  readonly tracks: readonly Track[];
  readonly again: string;
  readonly edited: string;
  readonly rebundled: string;
  readonly edl: string | null;
  readonly fcpx: string | null;
};

const home = homeOfTest();
const at = (name: string): string => join(home, name);
const film = { ...smallFilm, soundtrack: { music: 'song.flac' } };
let facts: Facts;
before(async () => {
  if (skip !== false) return;
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=f=220:d=3', at('song.flac')]);
  const { status, out, err } = await filmwright(home, ['export', writeFilm(home, film), '--otio', at('film.otioz')]);
  assert.equal(status, 0, out + err);
  mkdirSync(at('opened'));
  const script = join(import.meta.dirname, 'read-timeline.py');
  facts = JSON.parse(execFileSync(python, [script, at('film.otioz'), at('opened')], { encoding: 'utf8' })) as Facts;
});

test('the library reads the timeline as the film it is: its length, a picture track with a clip for each shot, sound, the mix muted', {
  skip,
}, () => {
  const [shots, ...sound] = facts.tracks;
  assert.equal(facts.name, film.title);
  assert.equal(facts.rate, film.format.fps);
  assert.equal(shots?.seconds, facts.seconds);
  assert.deepEqual(
    shots?.clips.map(({ name }) => name),
    film.storyboard.map(({ id }) => id),
  );
  assert.deepEqual(
    shots?.transitions.map(({ type }) => type),
    ['SMPTE_Dissolve', 'Custom_Transition'],
  );
  assert.deepEqual(shots?.clips[0]?.markers, [film.storyboard[0]?.narration]);
  assert.deepEqual(
    sound.map(({ name, enabled }) => [name, enabled]),
    [
      ['Voice: flite-slt', true],
      ['Music', true],
      ['Mix (muted, for reference)', false],
    ],
  );
});

test('every clip lies within media that are there and as long as they are said to be; clips of a track do not overlap', { skip }, () => {
  for (const track of facts.tracks) {
    let until = 0;
    for (const { path, kind, available, source, place } of track.clips) {
      assert.ok(existsSync(path), path);
      assert.ok(source[0] >= available[0] && source[0] + source[1] <= available[0] + available[1], path);
      assert.ok(place[0] >= until - 1e-6, `${path} begins at ${place[0]} s, before ${until} s`);
      until = place[0] + place[1];
      const asked = [
        '-v',
        'error',
        '-count_packets',
        '-select_streams',
        kind === 'Video' ? 'v:0' : 'a:0',
        '-show_entries',
        'stream=nb_read_packets,duration',
        '-of',
        'json',
        path,
      ];
      const { streams } = JSON.parse(execFileSync('ffprobe', asked, { encoding: 'utf8' })) as {
        streams: { nb_read_packets: string; duration: string }[];
      };
      if (kind === 'Video') assert.equal(Number(streams[0]?.nb_read_packets), available[1], path);
      else assert.ok(Math.abs(Number(streams[0]?.duration) - available[1] / available[2]) < 0.05, `${path}: ${streams[0]?.duration} s`);
    }
    assert.ok(until <= facts.seconds + 1e-6, track.name);
  }
});

test('what the library wrote again, and its own bundle, are the same film', { skip }, async () => {
  const { document, changed, issues } = readTimeline(readFileSync(facts.again, 'utf8'));
  assert.deepEqual([changed, issues], [false, []]);
  assert.deepEqual(document, film);
  const { status, out, err } = await filmwright(home, [
    'import',
    facts.rebundled,
    '--original',
    at('film.otioz'),
    '--out',
    at('back'),
    '--json',
  ]);
  assert.equal(status, 0, out + err);
  assert.equal((JSON.parse(out) as { changed: boolean }).changed, false);
});

test('an edit made with the library comes back as an edit of the film', { skip }, async () => {
  const { status, out, err } = await filmwright(home, [
    'import',
    facts.edited,
    '--original',
    at('film.otioz'),
    '--out',
    at('edited'),
    '--json',
  ]);
  assert.equal(status, 0, out + err);
  const { storyboard } = parse(readFileSync(at('edited/film.yaml'), 'utf8')) as { storyboard: { id: string }[] };
  assert.deepEqual(
    storyboard.map(({ id }) => id),
    ['two', 'three', 'one'],
  );
});

test('the timeline converts to an edit decision list and to FCPXML', { skip }, (context) => {
  if (facts.edl === null || facts.fcpx === null) return context.skip(`an adapter is not installed; get it with: ${install}`);
  const list = readFileSync(facts.edl, 'utf8');
  assert.match(list, /^TITLE: Small/);
  assert.match(list, /\bD 01\d /, 'a dissolve of its length');
  for (const { id } of film.storyboard) assert.match(list, new RegExp(`CLIP NAME: +${id}`));
  const xml = readFileSync(facts.fcpx, 'utf8');
  for (const { path } of facts.tracks[0]?.clips ?? []) assert.ok(xml.includes(path.split('/').slice(-2).join('/')), path);
});
