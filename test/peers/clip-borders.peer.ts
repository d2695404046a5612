import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCutoutClip } from '../../apps/runner/src/kinds/cutout-clip.ts';
import { runInterpolate } from '../../apps/runner/src/kinds/interpolate.ts';
import { processTree } from '../../apps/runner/src/process-tree.ts';
import { clip, frames, heldToWhole, machines, modelOf } from '../../apps/runner/src/testing/held-to-whole.ts';
import { asking, openExecutor } from '../../apps/runner/src/testing/open-executor.ts';
import { type Task, taskKinds } from '../../packages/contracts/src/index.ts';

test('a piece with frames between is the same to the byte, handed back in the middle or not, with its cut', async (t) => {
  const graph = "negate=enable='gte(n,12)'";
  const payload = { clip, model: await modelOf('rife-4.6'), rate: 25, first: 22, step: 1, parts: 2, frames, fps: 50, shrink: 1 };
  const { drawn, cuts } = await heldToWhole(await machines(t, { width: 96, graph }), { run: runInterpolate, payload });
  assert.deepEqual([drawn, cuts], [2, 1]);
});

test('what is cut out of a piece is the same to the byte, handed back in the middle or not, with how its edges flicker', async (t) => {
  const payload = { clip, model: await modelOf('selfie-segmentation'), rate: 25, firstFrame: 6, frames, crop: null };
  const { found, flicker } = await heldToWhole(await machines(t, { width: 320, graph: 'noise=alls=24:allf=t' }), {
    run: runCutoutClip,
    payload,
  });
  assert.equal(found, frames);
  assert.ok((flicker?.pixels ?? 0) > 0);
});

test('killed -9 in the middle of a clip that is cut out, a runner leaves nothing running and the frames that it made, and the next one goes on to the same bytes', async (t) => {
  const frames = 40;
  const model = await modelOf('selfie-segmentation');
  const source = fileURLToPath(new URL('../../examples/clips/astronaut.mp4', import.meta.url));
  const machine = async () => {
    const { home, blobs, executor } = await openExecutor(t);
    const path = join(home, 'clip.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-i', source, '-frames:v', '50', '-an', '-r', '25', '-pix_fmt', 'yuv420p', path]);
    const { digest } = await blobs.putFile({ path, mediaType: 'video/mp4' });
    const payload = { clip: digest, model, rate: 25, firstFrame: 2, frames, crop: null };
    const base = { key: 'sha256-piece', kind: 'cutout-clip', version: taskKinds['cutout-clip'].version, toolchain: '', payload } as const;
    const task = { ...base, estimateMs: 20_000, rank: 0, inputs: [digest] } satisfies Task;
    return { home, executor, task };
  };
  const one = await machine();
  const whole = await one.executor.run(one.task, asking());
  assert.equal(whole.type, 'done');
  const two = await machine();
  const runner = fork(fileURLToPath(new URL('../../apps/runner/src/testing/lone-runner.ts', import.meta.url)));
  t.after(() => runner.kill('SIGKILL'));
  runner.send({ home: two.home, task: two.task });
  const killed = await new Promise<{ readonly at: number; readonly below: readonly number[] }>((resolve) => {
    runner.on('message', (at: number) => {
      if (at < 50 || runner.killed) return;
      const below = processTree(runner.pid ?? 0).map(({ pid }) => pid);
      runner.kill('SIGKILL');
      resolve({ at, below });
    });
  });
  while (killed.below.some((pid) => processTree(pid).length > 0)) await sleep(20);
  const { size } = statSync(join(two.home, 'checkpoints', two.task.key));
  t.diagnostic(`killed at ${killed.at} %, ${size} bytes are kept`);
  assert.ok(size > 0);
  const again = await two.executor.run(two.task, asking());
  assert.ok(whole.type === 'done' && again.type === 'done');
  assert.deepEqual(again.output, whole.output);
  assert.deepEqual(again.assets, whole.assets);
  assert.deepEqual(readdirSync(join(two.home, 'checkpoints')), []);
  assert.ok(again.cpuMs < whole.cpuMs, `${again.cpuMs} ms of a processor behind the kill, ${whole.cpuMs} without a break`);
});
