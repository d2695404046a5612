import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelRef, type Output, type Payload, type Task, taskKinds } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import type { RunningMember } from '../executor.ts';
import type { BatchEnd } from '../messages.ts';
import { asking, openExecutor } from '../testing/open-executor.ts';

async function taskOf(home: string, changes: Partial<Payload<'generate'>>): Promise<Task> {
  const { card } = await installedModel({ name: 'backdrops', home });
  const payload: Payload<'generate'> = {
    ...{ model: modelRef(card), prompt: 'violet aurora', negativePrompt: null, seed: 3, steps: 6, guidance: 2 },
    ...{ width: 48, height: 32, frames: 1, rate: 4, closing: 'loop', picture: null, strength: 1 },
    ...changes,
  };
  const base = { key: `sha256-${payload.seed}`, kind: 'generate', version: taskKinds.generate.version, toolchain: '', payload } as const;
  return { ...base, estimateMs: 2000, rank: 0, inputs: [] };
}

const memberOf = (task: Task) => ({ task, back: new AbortController(), stop: new AbortController() });
const runningOf = (members: readonly ReturnType<typeof memberOf>[]): readonly RunningMember[] =>
  members.map(({ task, back, stop }) => ({ task, back: back.signal, stop: stop.signal }));
const drawn = (end: object | undefined): Output<'generate'> => {
  assert.ok(end !== undefined && 'output' in end, JSON.stringify(end));
  return end.output as Output<'generate'>;
};

test('pictures of one batch are the very assets that they are alone, each told how far it is and charged an equal part', async (t) => {
  const { home, executor } = await openExecutor(t);
  const tasks = await Promise.all(
    [{}, { seed: 4, prompt: 'red ink' }, { seed: 5, negativePrompt: 'dark' }].map((one) => taskOf(home, one)),
  );
  const told: number[][] = tasks.map(() => []);
  const { ends } = await executor.runBatch(runningOf(tasks.map(memberOf)), {
    ...asking(),
    onPercent: (percent, at) => void told[at]?.push(percent),
  });
  for (const [at, task] of tasks.entries()) {
    const alone = await executor.run(task, asking());
    assert.deepEqual(drawn(ends[at]), drawn(alone));
    assert.deepEqual(
      told[at],
      [...new Set(told[at])].sort((a, b) => a - b),
      'each step once',
    );
    assert.ok((told[at]?.length ?? 0) >= 6);
    assert.equal(existsSync(join(home, 'checkpoints', task.key)), false);
  }
  const walls = ends.map(({ wallMs }) => wallMs);
  assert.ok(Math.max(...walls) < 2 * Math.min(...walls), String(walls));
});

test('of a batch one picture is cancelled, one handed back, one cannot be drawn, and the last is drawn; what was handed back goes on elsewhere to the same asset', async (t) => {
  const { home, executor } = await openExecutor(t);
  const [cancelled, back, bad, last] = (
    await Promise.all([{}, { seed: 4 }, { seed: 5, width: 49 }, { seed: 6 }].map((one) => taskOf(home, { steps: 24, ...one })))
  ).map(memberOf) as [ReturnType<typeof memberOf>, ReturnType<typeof memberOf>, ReturnType<typeof memberOf>, ReturnType<typeof memberOf>];
  const members = [cancelled, back, bad, last];
  const onPercent = (percent: number, at: number): void => {
    if (at !== 3 || percent < 10) return;
    cancelled.stop.abort();
    back.back.abort();
  };
  const { ends } = await executor.runBatch(runningOf(members), { ...asking(), onPercent });
  const [first, second, third, fourth] = ends as [BatchEnd, BatchEnd, BatchEnd, BatchEnd];
  assert.equal('problem' in first && first.problem.code, 'lease-stale');
  assert.equal('problem' in third && third.problem.code, 'request-invalid');
  assert.ok(drawn(fourth).asset.digest);
  assert.ok('resume' in second && fourth.wallMs > second.wallMs, 'it has no part in what came later');
  const other = await openExecutor(t);
  const resumed = await other.executor.runBatch(
    [{ ...(runningOf([back])[0] as RunningMember), resume: second.resume, back: new AbortController().signal }, ...runningOf([last])],
    asking(),
  );
  const whole = await executor.runBatch(runningOf([memberOf(back.task)]), asking());
  assert.deepEqual(drawn(resumed.ends[0]), drawn(whole.ends[0]));
  assert.deepEqual(drawn(resumed.ends[1]), drawn(fourth));
});
