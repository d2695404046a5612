import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Payload } from '@filmwright/contracts';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { bordersOf, HandedBack } from '../borders.ts';
import type { TaskContext } from '../run-task.ts';
import { runFindSubject } from './find-subject.ts';

/** Two seconds that move, a cut, and two seconds of something else. */
function clipFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-look-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'clip.mp4');
  const [first, second] = ['testsrc2=s=320x180:r=25:d=2', 'mandelbrot=s=320x180:r=25:end_scale=0.1'];
  const inputs = ['-f', 'lavfi', '-i', first, '-f', 'lavfi', '-t', '2', '-i', second];
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, '-filter_complex', '[0][1]concat=n=2', '-pix_fmt', 'yuv420p', path]);
  return path;
}

test('looking that is handed back after every few looks finds what looking without a break does', async (context) => {
  const path = clipFor(context);
  const toolset = await findFfmpeg();
  const payload: Payload<'find-subject'> = {
    media: `sha256-${'0'.repeat(64)}`,
    clip: { fromMs: 0, untilMs: 4000, everyMs: 250, fps: 25 },
    models: [],
  };
  const place = { home: '', toolset, pathOf: async () => path, progress: () => {} } as unknown as TaskContext;
  const whole = await runFindSubject(payload, { ...place, borders: bordersOf({ resume: undefined, asked: () => false }) });
  assert.ok(whole.samples.length >= 16 && whole.cutsMs.length > 0);
  let resume: unknown;
  for (let attempts = 1; ; attempts++) {
    let looks = 0;
    const borders = bordersOf({ resume, asked: () => ++looks === 5 });
    const ended = await runFindSubject(payload, { ...place, borders }).catch((error: unknown) => error);
    if (!(ended instanceof HandedBack)) {
      assert.deepEqual(ended, whole);
      assert.equal(attempts, 1 + Math.floor(whole.samples.length / 5));
      return;
    }
    // It goes on elsewhere: what it needs travels as JSON.
    resume = JSON.parse(JSON.stringify(ended.resume));
  }
});
