import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type Report, reportSchema } from '@filmwright/contracts';
import { filmwright, homeOfTest } from '../journeys/platform-home.ts';
import { smallFilm, writeFilm } from '../journeys/small-film.ts';
import { missing } from './missing.ts';

const peers = {
  mediainfo: missing({ name: 'mediainfo', asks: ['mediainfo', '--Version'], install: 'apt-get install -y mediainfo' }),
  mkvmerge: missing({ name: 'mkvmerge', asks: ['mkvmerge', '--version'], install: 'apt-get install -y mkvtoolnix' }),
  mp4box: missing({ name: 'MP4Box', asks: ['MP4Box', '-version'], install: 'GPAC, https://gpac.io (Fedora, brew: gpac)' }),
} as const;

const home = homeOfTest();
const master = join(home, 'out/master.mp4');
let report: Report;
before(async () => {
  if (Object.values(peers).every((each) => each !== false)) return;
  const { status, out, err } = await filmwright(home, ['make', writeFilm(home, smallFilm), '--out', join(home, 'out'), '--json']);
  assert.equal(status, 0, out + err);
  report = reportSchema.parse(JSON.parse(readFileSync(join(home, 'out/report.json'), 'utf8')));
});

test('mediainfo reads the master as what the report says', { skip: peers.mediainfo }, () => {
  const text = execFileSync('mediainfo', ['--Output=JSON', '--Full', master], { encoding: 'utf8' });
  const { media } = JSON.parse(text) as { readonly media: { readonly track: readonly Readonly<Record<string, string>>[] } };
  const track = (type: string) => media.track.find((each) => each['@type'] === type) ?? {};
  const [general, video, sound] = [track('General'), track('Video'), track('Audio')];
  assert.equal(general.IsTruncated, undefined);
  assert.equal(general.IsStreamable, 'Yes', 'the index stands before the frames');
  assert.deepEqual([video.Format, sound.Format], ['AVC', 'AAC']);
  assert.deepEqual(
    [Number(video.Width), Number(video.Height), Number(video.FrameRate)],
    [report.master.width, report.master.height, report.master.fps],
  );
  assert.equal(Number(video.FrameCount), report.frames);
  assert.equal(video.FrameRate_Mode, 'CFR');
  assert.deepEqual(
    [video.colour_primaries, video.transfer_characteristics, video.matrix_coefficients, video.colour_range],
    ['BT.709', 'BT.709', 'BT.709', 'Limited'],
  );
  assert.ok(Math.abs(Number(video.Duration) - report.durationMs / 1000) < 0.002, `${video.Duration} s`);
  assert.ok(Math.abs(Number(sound.Duration) - Number(video.Duration)) <= 1 / report.master.fps, `${sound.Duration} s of sound`);
});

test('mkvmerge takes every frame of the master into a file of its own', { skip: peers.mkvmerge }, () => {
  const remuxed = join(home, 'remuxed.mkv');
  const { status, stdout } = spawnSync('mkvmerge', ['-o', remuxed, master], { encoding: 'utf8' });
  // 1 would be warnings.
  assert.equal(status, 0, stdout);
  const identified = JSON.parse(execFileSync('mkvmerge', ['-J', master], { encoding: 'utf8' })) as {
    readonly container: { readonly recognized: boolean; readonly supported: boolean };
    readonly tracks: readonly {
      readonly type: string;
      readonly codec: string;
      readonly properties: { readonly pixel_dimensions?: string };
    }[];
    readonly errors: readonly string[];
    readonly warnings: readonly string[];
  };
  assert.deepEqual([identified.container.recognized, identified.container.supported], [true, true]);
  assert.deepEqual([identified.errors, identified.warnings], [[], []]);
  assert.deepEqual(
    identified.tracks.map(({ type }) => type),
    ['video', 'audio'],
  );
  assert.equal(identified.tracks[0]?.properties.pixel_dimensions, `${report.master.width}x${report.master.height}`);
});

test('MP4Box finds no fault in the boxes of the master', { skip: peers.mp4box }, () => {
  const { status, stdout, stderr } = spawnSync('MP4Box', ['-info', master], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stdout + stderr, /error|corrupt|invalid|truncated/i);
});
