import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Report } from '@filmwright/contracts';
import { filmwright, platformOfTest } from './platform-home.ts';
import { smallFilm, writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '1');
before(() => open());
const out = join(home, 'out');
const folder = join(out, 'package');
const packaged = { ...smallFilm, outputs: { ...smallFilm.outputs, package: true } };

async function make(document: unknown): Promise<{ readonly package: string | null; readonly tasks: { readonly run: number } }> {
  const { status, out: text, err } = await filmwright(home, ['make', writeFilm(home, document), '--out', out, '--json']);
  assert.equal(status, 0, text + err);
  return JSON.parse(text) as Awaited<ReturnType<typeof make>>;
}

type Stream = { readonly codec_type: string; readonly height?: number; readonly nb_read_packets: string };
/** Streams of a playlist as ffmpeg reads them from the folder, every packet counted. */
function streamsOf(path: string): readonly Stream[] {
  const open = ['-allowed_extensions', 'ALL', '-allowed_segment_extensions', 'ALL'];
  const tries = [open, open.slice(0, 2), []];
  for (const options of tries) {
    try {
      const args = ['-v', 'error', ...options, '-count_packets', '-show_streams', '-of', 'json', path];
      return (JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as { streams: Stream[] })
        .streams;
    } catch {
      // Older ones do not know an option of the newer ones.
    }
  }
  throw new Error(`ffprobe cannot read ${path}`);
}

test('a package is a folder of three renditions with all frames, sound, captions, poster and thumbnails', async () => {
  const made = await make(packaged);
  assert.equal(made.package, folder);
  const { frames } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  for (const [rung, height] of [
    ['360p', 360],
    ['504p', 504],
    ['720p', 720],
  ] as const) {
    const [video] = streamsOf(join(folder, 'video', rung, 'index.m3u8'));
    assert.deepEqual([video?.height, Number(video?.nb_read_packets)], [height, frames], rung);
  }
  const [sound] = streamsOf(join(folder, 'sound/index.m3u8'));
  assert.equal(sound?.codec_type, 'audio');
  assert.ok(Math.abs(Number(sound?.nb_read_packets) - (frames / 25) * (48_000 / 1024)) < 3);
  assert.match(readFileSync(join(folder, 'index.m3u8'), 'utf8'), /RESOLUTION=640x360[\s\S]*RESOLUTION=896x504[\s\S]*RESOLUTION=1280x720/);
  assert.match(readFileSync(join(folder, 'captions/en.vtt'), 'utf8'), /^WEBVTT[\s\S]*\$4\.50 today/);
  assert.match(readFileSync(join(folder, 'sprites.vtt'), 'utf8'), /sprites\/1\.jpg#xywh=160,0,160,90/);
  for (const picture of ['poster.jpg', 'sprites/1.jpg']) assert.equal(readFileSync(join(folder, picture)).readUInt16BE(0), 0xffd8, picture);
  const spans = readFileSync(join(folder, 'manifest.mpd'), 'utf8');
  assert.match(spans, /type="static"/);
});

test('the pictures of all renditions are the same picture', () => {
  const picture = (rung: string): Buffer => {
    const path = join(folder, 'video', rung);
    const whole = Buffer.concat([readFileSync(join(path, 'init.mp4')), readFileSync(join(path, '1.m4s'))]);
    const args = [
      '-v',
      'error',
      '-i',
      'pipe:0',
      '-vf',
      'select=eq(n\\,30),scale=64:36:flags=area',
      '-frames:v',
      '1',
      '-pix_fmt',
      'gray',
      '-f',
      'rawvideo',
      '-',
    ];
    return execFileSync('ffmpeg', args, { input: whole, maxBuffer: 1 << 20 });
  };
  const [small, middle, large] = [picture('360p'), picture('504p'), picture('720p')];
  for (const other of [small, middle]) {
    const error = Math.sqrt(large.reduce((sum, level, at) => sum + (level - (other[at] ?? 0)) ** 2, 0) / large.length);
    assert.ok(error < 2.5, `root mean square ${error}`);
  }
});

test('made again with other words, what did not change is left alone and what is gone is removed', async () => {
  const before = statSync(join(folder, 'video/360p/1.m4s')).mtimeMs;
  const lists = statSync(join(folder, 'index.m3u8')).mtimeMs;
  const again = await make(packaged);
  assert.equal(again.tasks.run, 0);
  assert.deepEqual([statSync(join(folder, 'video/360p/1.m4s')).mtimeMs, statSync(join(folder, 'index.m3u8')).mtimeMs], [before, lists]);
  const segments = (): number => readFileSync(join(folder, 'video/360p/index.m3u8'), 'utf8').match(/\.m4s/g)?.length ?? 0;
  const was = segments();
  await make({ ...packaged, storyboard: packaged.storyboard.slice(0, 2) });
  assert.ok(segments() < was);
  assert.equal(statSync(join(folder, 'video/360p/1.m4s')).mtimeMs, before);
  assert.equal(existsSync(join(folder, `video/360p/${was}.m4s`)), false);
});
