import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filmwright, homesOfTest, killHard, processesOf, start } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const seed = Number(process.env.FILMWRIGHT_SEED ?? Date.now() % 1_000_000);
const clips = join(import.meta.dirname, '../../examples/clips');
// What a runner held that is gone waits for its lease to run out.
process.env.FILMWRIGHT_LEASE_MS ??= '6000';
process.env.FILMWRIGHT_REVIEW = 'warn';
const newHome = homesOfTest();
/** A clip of the examples, small: what is held here does not depend on its size. */
const small = (name: string): string => {
  const path = join(inputs, name);
  execFileSync('ffmpeg', ['-v', 'error', '-i', join(clips, name), '-vf', 'scale=480:270', '-preset', 'ultrafast', '-c:a', 'copy', path]);
  return path;
};
const inputs = newHome();

const lake = small('lake.mp4');

/** A clip sped up and cropped with its own sound, a person cut out of another, in two pieces, and slow motion with drawn frames. */
const film = {
  title: 'Clips',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    {
      id: 'lake',
      logo: false,
      visual: { clip: lake, from: '1s', to: '3s', speed: 2, crop: [0, 0, 0.5, 0.5], sound: 'keep' },
    },
    {
      id: 'person',
      visual: {
        background: { backdrop: 'plain', colors: ['#00ff00'] },
        subject: { clip: small('astronaut.mp4'), from: '3.8s', to: '4.2s', height: 0.8, at: [0.5, 0.6], shadow: 'none' },
      },
    },
    { id: 'slow', logo: false, visual: { clip: lake, from: '1s', to: '1.12s', speed: 0.5, interpolate: true } },
  ],
  captions: false,
  outputs: { master: { quality: 'draft' } },
};

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Whether the frames of somebody who is being cut out are written in a home. */
function isCutting(home: string): boolean {
  return processesOf(home).some(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cutout.mp4');
    } catch {
      return false;
    }
  });
}

test(`a film of clips is as long as they play, names the model, and is the same after kill -9 in the middle of cutting out (seed ${seed})`, async () => {
  const whole = newHome();
  const made = await filmwright(whole, ['make', writeFilm(whole, film), '--out', join(whole, 'out'), '--json']);
  assert.equal(made.status, 0, made.out + made.err);
  const report = JSON.parse(readFileSync(join(whole, 'out/report.json'), 'utf8'));
  assert.deepEqual(
    report.shots.map(({ frames }: { frames: number }) => frames),
    [25, 13, 13],
    'two seconds at twice the speed; ten frames and six are held to the shortest shot',
  );
  assert.ok(report.credits.some(({ name, licence }: Record<string, string>) => name === 'selfie-segmentation' && licence === 'Apache-2.0'));
  const [{ model, frames, found }] = report.cutouts;
  assert.ok(model.startsWith('selfie-segmentation@') && frames > 0 && found <= frames, JSON.stringify(report.cutouts));
  assert.ok(report.review.media.length > 1 && report.review.media.every(({ verdict }: Record<string, string>) => verdict === 'clear'));

  assert.ok(report.credits.some(({ name, licence }: Record<string, string>) => name === 'rife-4.6' && licence === 'MIT'));

  // Looked over once; how it is cut out and put together is what is struck.
  process.env.FILMWRIGHT_REVIEW = 'off';
  const struck = newHome();
  const args = ['make', writeFilm(struck, film), '--out', join(struck, 'out'), '--json'];
  const running = start(struck, args);
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  while (!over && !isCutting(struck)) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(!over, 'the command is struck before it ends');
  await new Promise((resolve) => setTimeout(resolve, seed % 400));
  killHard(running.pid);
  for (const { pid } of processesOf(struck)) killHard(pid);
  await running.ended;
  let again = await filmwright(struck, args);
  if (again.status !== 0) again = await filmwright(struck, args);
  assert.equal(again.status, 0, again.out + again.err);
  assert.equal(digestOf(join(struck, 'out/master.mp4')), digestOf(join(whole, 'out/master.mp4')));
});
