import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import * as HLS from 'hls-parser';
import { filmwright, homeOfTest } from '../journeys/platform-home.ts';
import { smallFilm, writeFilm } from '../journeys/small-film.ts';

const home = homeOfTest();
const folder = join(home, 'out/package');
before(async () => {
  const film = writeFilm(home, { ...smallFilm, outputs: { ...smallFilm.outputs, package: true } });
  const { status, out, err } = await filmwright(home, ['make', film, '--out', join(home, 'out'), '--json']);
  assert.equal(status, 0, out + err);
});

/** A playlist as a parser reads it that throws at whatever RFC 8216 does not allow. */
function playlist<T>(path: string): T {
  HLS.setOptions({ strictMode: true });
  return HLS.parse(readFileSync(join(folder, path), 'utf8')) as T;
}

test('every playlist is read by a parser that forgives nothing, and the parts fit together', () => {
  const main = playlist<HLS.types.MasterPlaylist>('index.m3u8');
  assert.equal(main.variants.length, 3);
  const durations = main.variants.map(({ uri, resolution, codecs }) => {
    assert.ok(resolution !== undefined && /avc1\.[0-9a-f]{6},mp4a\.40\.2/i.test(codecs ?? ''), uri);
    const media = playlist<HLS.types.MediaPlaylist>(uri);
    assert.ok(media.endlist);
    for (const segment of media.segments)
      assert.ok(Math.round(segment.duration) <= (media.targetDuration ?? 0), `${uri}: ${segment.duration}`);
    return media.segments.map(({ duration }) => duration);
  });
  assert.deepEqual(durations[1], durations[0]);
  assert.deepEqual(durations[2], durations[0]);
});

test('each segment with its header decodes alone, starts where the one before it ended, and begins with a key frame', () => {
  const main = playlist<HLS.types.MasterPlaylist>('index.m3u8');
  for (const { uri } of main.variants) {
    const media = playlist<HLS.types.MediaPlaylist>(uri);
    const at = join(folder, dirname(uri));
    // The reader shows a track's times later by the frames that are reordered.
    let next: number | null = null;
    for (const segment of media.segments) {
      const header = readFileSync(join(at, segment.map?.uri ?? ''));
      const bytes = Buffer.concat([header, readFileSync(join(at, segment.uri))]);
      const args = ['-v', 'error', '-f', 'mp4', '-show_entries', 'packet=pts_time,duration_time,flags', '-of', 'json', 'pipe:0'];
      const { packets } = JSON.parse(execFileSync('ffprobe', args, { input: bytes, encoding: 'utf8' })) as {
        packets: readonly { pts_time: string; duration_time: string; flags: string }[];
      };
      const starts = packets.map(({ pts_time }) => Number(pts_time));
      const start = Math.min(...starts);
      assert.match(packets[0]?.flags ?? '', /K/);
      assert.ok(
        next === null ? start < 0.15 : Math.abs(start - next) < 0.002,
        `${uri} ${segment.uri} starts at ${start}, wanted ${next ?? 'the beginning'}`,
      );
      const lengths = packets.reduce((sum, { duration_time }) => sum + Number(duration_time), 0);
      assert.ok(
        Math.abs(lengths - segment.duration) < 0.002,
        `${uri} ${segment.uri} has ${lengths} s, its playlist says ${segment.duration}`,
      );
      next = start + lengths;
    }
  }
});
