import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Executor } from './executor.ts';
import { createNearCpus, nearCpus, readProcessors } from './near-cpus.ts';
import { processTree } from './process-tree.ts';
import { asking, drillOf, openExecutor } from './testing/open-executor.ts';

const two = {
  nodes: new Map([
    [0, '0-2,8'],
    [1, '3-5\n'],
  ]),
  allowed: '1-9',
};
const on = (...nodes: readonly (number | null)[]) => nodes.map((numaNode, index) => ({ id: `GPU-${index}`, numaNode }));

test('beside GPUs are the processors of their nodes that this process may use', () => {
  assert.equal(nearCpus(on(0), two), '1,2,8');
  assert.equal(nearCpus(on(1, 1), two), '3,4,5');
  assert.equal(nearCpus(on(0, 1), two), '1,2,3,4,5,8');
});

test('nothing is chosen where a node is not known, or its processors are all or none of those that may be used', () => {
  assert.equal(nearCpus(on(null), two), null);
  assert.equal(nearCpus(on(0, null), two), null);
  assert.equal(nearCpus(on(7), two), null);
  assert.equal(nearCpus([], two), null);
  assert.equal(nearCpus(on(0, 1), { ...two, allowed: '0-5' }), null);
  assert.equal(nearCpus(on(1), { ...two, allowed: '0-2' }), null);
});

test('nothing is chosen where a container has few processors beside the GPU and several times as many elsewhere', () => {
  const chosen = (near: string, allowed: string) =>
    nearCpus(on(0), {
      nodes: new Map([
        [0, near],
        [1, '16-127'],
      ]),
      allowed,
    });
  assert.equal(chosen('0-15', '15-22'), null);
  assert.equal(chosen('0-15', '14-21'), '14,15');
  assert.equal(chosen('0-15', '13-40'), null);
  assert.equal(chosen('0-15', '12-127'), '12,13,14,15');
});

const allowedOf = (pid: number | 'self'): string =>
  /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';

/** A machine whose first node has the first processor that this one may use, and its second node all. */
function halved() {
  const { allowed } = readProcessors();
  const [first = ''] = allowed.split(/[-,]/);
  return {
    first,
    processors: () => ({
      nodes: new Map([
        [0, first],
        [1, allowed],
      ]),
      allowed,
    }),
  };
}

/** On which processors the executor's process runs while it has a task on these GPUs. */
async function runsOn(executor: Executor, devices: readonly string[]): Promise<string> {
  const on: string[] = [];
  const look = (): void => {
    const child = processTree(process.pid).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('executor-main'));
    if (child !== undefined) on.push(allowedOf(child.pid));
  };
  await executor.run(drillOf(50), { ...asking(), devices, onPercent: look });
  return on[0] ?? 'no process';
}

test('what computes on a GPU runs on the processors of its node, and on all where those are all', async (t) => {
  const { first, processors } = halved();
  const said: string[] = [];
  const near = createNearCpus({ log: (_level, text) => void said.push(text), processors });
  near.know(on(0, 1));
  const { executor } = await openExecutor(t, { startedBy: near.startedBy });
  assert.equal(await runsOn(executor, ['GPU-0']), first);
  assert.equal(await runsOn(executor, ['GPU-1']), allowedOf('self'));
  assert.equal(await runsOn(executor, ['GPU-0', 'a GPU that is not known']), allowedOf('self'));
  assert.deepEqual(said, []);
});

test('where taskset is missing or refuses, it is said once and what computes on a GPU runs on any processor', async (t) => {
  const { processors } = halved();
  const path = process.env['PATH'];
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-no-taskset-'));
  t.after(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });
  const said: unknown[] = [];
  const opened = () => {
    const near = createNearCpus({ log: (_level, _text, fields) => void said.push(fields?.['problem']), processors });
    near.know(on(0));
    return near;
  };
  process.env['PATH'] = folder;
  const missing = opened();
  assert.deepEqual(missing.startedBy(['GPU-0']), []);
  assert.deepEqual(missing.startedBy(['GPU-0']), []);
  writeFileSync(join(folder, 'taskset'), '#!/bin/sh\necho "taskset: failed to set affinity" >&2\nexit 1\n', { mode: 0o755 });
  process.env['PATH'] = `${folder}:${path}`;
  const { executor } = await openExecutor(t, { startedBy: opened().startedBy });
  assert.equal(await runsOn(executor, ['GPU-0']), allowedOf('self'));
  assert.equal(said.length, 2);
  assert.match(String(said[0]), /ENOENT/);
  assert.equal(said[1], 'taskset: failed to set affinity');
});
