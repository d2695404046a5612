import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BuildSpend, type Problem, reportSchema } from '@filmwright/contracts';
import { filmwright, platformOfTest, processesOf } from './platform-home.ts';
import { smallFilm, writeFilm } from './small-film.ts';

const { home, open } = platformOfTest();

const film = writeFilm(home, smallFilm);
const out = join(home, 'out');
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
let first = '';

test('a film is made: master, subtitles and report lie where the answer says, and nothing is left running', async () => {
  const { status, out: text, err } = await filmwright(home, ['make', film, '--out', out, '--json']);
  assert.equal(status, 0, `${text}${err}`);
  const answer = JSON.parse(text) as {
    build: string;
    master: string;
    package: null;
    report: string;
    tasks: { run: number; reused: number };
    spend: BuildSpend;
    wallMs: number;
  };
  assert.deepEqual(Object.keys(answer), ['build', 'master', 'package', 'report', 'tasks', 'spend', 'wallMs']);
  assert.equal(answer.package, null);
  assert.ok(answer.tasks.run > 8 && answer.wallMs > 0);
  const { estimate, held, settled } = answer.spend;
  assert.ok((estimate?.slotS ?? 0) > 0 && settled.slotS > 0, 'work was expected and charged');
  assert.equal(held.credits, 0);
  const report = reportSchema.parse(JSON.parse(readFileSync(answer.report, 'utf8')));
  const probed = JSON.parse(
    execFileSync('ffprobe', ['-v', 'error', '-count_packets', '-show_streams', '-of', 'json', answer.master], { encoding: 'utf8' }),
  ) as { streams: { codec_type: string; nb_read_packets: string; duration: string; color_space?: string; color_range?: string }[] };
  const video = probed.streams.find((stream) => stream.codec_type === 'video');
  const sound = probed.streams.find((stream) => stream.codec_type === 'audio');
  assert.equal(Number(video?.nb_read_packets), report.frames);
  assert.equal(report.durationMs, (report.frames * 1000) / 25);
  assert.ok(Math.abs(Number(video?.duration) - Number(sound?.duration)) <= 1 / 25, 'sound and picture end within one frame');
  assert.deepEqual([video?.color_space, video?.color_range], ['bt709', 'tv']);
  assert.ok(Math.abs((report.loudness?.integratedLufs ?? 0) + 14) <= 1, JSON.stringify(report.loudness));
  assert.ok((report.loudness?.truePeakDb ?? 0) < -1);
  assert.deepEqual([report.blackFrames, report.repeatedFrames], [[], []]);
  assert.match(readFileSync(join(out, 'captions.vtt'), 'utf8'), /^WEBVTT[\s\S]*\$4\.50 today/);
  assert.match(readFileSync(join(out, 'captions.srt'), 'utf8'), /00:00:0\d,\d{3} --> /);
  assert.deepEqual(processesOf(home), []);
  first = digest(answer.master);
});

test('made again unchanged, no task is run and the master is the same', async () => {
  const { status, out: text } = await filmwright(home, ['make', film, '--out', join(home, 'again'), '--json']);
  assert.equal(status, 0, text);
  assert.equal((JSON.parse(text) as { tasks: { run: number } }).tasks.run, 0);
  assert.equal(digest(join(home, 'again/master.mp4')), first);
});

test('a saved master that somebody changed is saved again', async () => {
  // From here on one platform serves all commands; the films above started their own.
  await open();
  const path = join(home, 'again/master.mp4');
  writeFileSync(path, Buffer.alloc(readFileSync(path).length));
  const { status, err } = await filmwright(home, ['make', film, '--out', join(home, 'again')]);
  assert.equal(status, 0, err);
  assert.equal(digest(path), first);
});

test('a master whose bytes were deleted is made again from the spans that are left', async () => {
  const files = readdirSync(join(home, 'media'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const lost = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => digest(path) === first);
  assert.equal(lost.length, 1);
  rmSync(lost[0] ?? '');
  const told = await filmwright(home, ['make', film, '--out', join(home, 'lost')]);
  assert.equal(told.status, 1);
  assert.match(told.err, /are gone from the media folder\. Make the film again/);
  const { status, out: text } = await filmwright(home, ['make', film, '--out', join(home, 'lost'), '--json']);
  assert.equal(status, 0, text);
  const { build, tasks } = JSON.parse(text) as { build: string; tasks: { run: number } };
  assert.equal(tasks.run, 1);
  assert.equal(digest(join(home, 'lost/master.mp4')), first);
  const { url, token } = await open();
  const poster = await fetch(`${url}/v1/builds/${build}/media/poster.jpg`, { headers: { authorization: `Bearer ${token}` } });
  writeFileSync(join(home, 'poster.jpg'), Buffer.from(await poster.arrayBuffer()));
  const sizeOf = (path: string): string =>
    execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=width,height', '-of', 'csv', path], {
      encoding: 'utf8',
    });
  assert.equal(sizeOf(join(home, 'poster.jpg')), sizeOf(join(home, 'lost/master.mp4')), 'what stands for the film is as large as it');
});

test('a frame of the film is that of its master', async () => {
  const png = join(home, 'frame.png');
  const { status, err } = await filmwright(home, ['frame', film, '--at', '1.5', '-o', png]);
  assert.equal(status, 0, err);
  const graph = '[0]format=yuv420p[a];[1]format=yuv420p[b];[a][b]ssim';
  const args = ['-i', png, '-ss', '1.5', '-i', join(out, 'master.mp4'), '-filter_complex', graph, '-frames:v', '1', '-f', 'null', '-'];
  const { stderr } = spawnSync('ffmpeg', ['-hide_banner', ...args], { encoding: 'utf8' });
  const ssim = Number(/SSIM .*All:([\d.]+)/.exec(stderr)?.[1]);
  assert.ok(ssim > 0.97, `SSIM ${ssim}: ${stderr.slice(-300)}`);
});

test('a check says what a film needs and makes nothing', async () => {
  const { status, out: text, err } = await filmwright(home, ['check', film, '--json']);
  assert.equal(status, 0, err);
  const answer = JSON.parse(text) as { ok: boolean; film: { shots: unknown[] } };
  assert.equal(answer.ok, true);
  assert.equal(answer.film.shots.length, 3);
});

test('bad documents are refused with every problem and exit status 2, before anything is started', async () => {
  const bad = writeFilm(home, { title: '', storyboard: [{ narration: 'Hi.', length: 4, visual: { pictur: 'x.png' } }] }, 'bad.json');
  const { status, out: text } = await filmwright(home, ['make', bad, '--json']);
  const problem = JSON.parse(text) as Problem;
  assert.equal(status, 2);
  assert.equal(problem.code, 'document-invalid');
  assert.deepEqual(problem.issues?.map((issue) => issue.path).sort(), ['storyboard[0].length', 'storyboard[0].visual.pictur', 'title']);
});

test('missing and unusable media are named where the document names them', async () => {
  writeFileSync(join(home, 'text.png'), 'this is no picture');
  const missing = await filmwright(home, [
    'make',
    writeFilm(home, { title: 'x', storyboard: [{ visual: { picture: 'gone.png' } }] }, 'missing.json'),
    '--json',
  ]);
  assert.equal(missing.status, 2);
  assert.equal((JSON.parse(missing.out) as Problem).issues?.[0]?.path, 'storyboard[0].visual.picture');
  const text = await filmwright(home, [
    'make',
    writeFilm(home, { title: 'x', storyboard: [{ narration: 'Hi there.' }, { visual: { picture: 'text.png' } }] }, 'text.json'),
    '--json',
  ]);
  assert.equal(text.status, 2, text.err);
  const problem = JSON.parse(text.out) as Problem;
  assert.equal(problem.code, 'media-invalid');
  assert.equal(problem.issues?.[0]?.path, 'storyboard[1].visual.picture');
});

test('YAML that cannot be read is refused with its line', async () => {
  writeFileSync(join(home, 'bad.yaml'), 'title: x\nstoryboard: [\n');
  const { status, err } = await filmwright(home, ['make', join(home, 'bad.yaml')]);
  assert.equal(status, 2);
  assert.match(err, /Line \d+, column \d+/);
});
