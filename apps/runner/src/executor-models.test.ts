import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelRef, needsOf, singleModels, type Task, taskKinds } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines';
import { processTree } from './process-tree.ts';
import { asking, openExecutor } from './testing/open-executor.ts';

test('an executor keeps a model of pictures loaded from task to task, and tells that it does and what loading took', async (t) => {
  const { home, blobs, executor } = await openExecutor(t);
  const path = join(home, 'picture.png');
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x180', '-frames:v', '1', path]);
  const { digest } = await blobs.putFile({ path, mediaType: 'image/png' });
  const { card } = await installedModel({ name: 'selfie-segmentation', home });
  const payload = { media: digest, clip: null, models: [modelRef(card)] };
  const base = { key: 'sha256-look', kind: 'find-subject', version: taskKinds['find-subject'].version, toolchain: '', payload } as const;
  const task: Task = { ...base, estimateMs: 1000, rank: 0, inputs: [digest] };
  const first = await executor.run(task, asking());
  assert.deepEqual(executor.held, singleModels(needsOf(task).model ?? ''));
  const second = await executor.run(task, asking());
  assert.ok(first.type === 'done' && second.type === 'done');
  assert.deepEqual(second.output, first.output);
  assert.ok(first.loadMs > 0 && first.loadMs <= first.wallMs);
  assert.equal(second.loadMs, 0);
  t.diagnostic(
    `loading took ${Math.round(first.loadMs)} of ${Math.round(first.wallMs)} ms; held, the same took ${Math.round(second.wallMs)} ms`,
  );
  executor.close();
  assert.deepEqual(executor.held, [], 'what a process held is gone with it');
});

test('an executor has a process for the GPU that a task has to itself, and another for another GPU', async (t) => {
  const { executor } = await openExecutor(t);
  const payload = { seed: 1, durationMs: 1, bytes: 1, inputs: [] };
  const base = { key: 'sha256-drill', kind: 'drill', version: taskKinds.drill.version, toolchain: '', payload } as const;
  const task: Task = { ...base, estimateMs: 1, rank: 0, inputs: [] };
  const seen: (string | undefined)[] = [];
  for (const device of ['GPU-1', undefined, 'GPU-2']) {
    await executor.run(task, { ...asking(), device });
    seen.push(executor.device);
  }
  assert.deepEqual(seen, ['GPU-1', 'GPU-1', 'GPU-2']);
  const child = processTree(process.pid).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('executor-main'));
  assert.match(readFileSync(`/proc/${child?.pid}/environ`, 'utf8'), /\0?CUDA_VISIBLE_DEVICES=GPU-2\0/);
});
