import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Drill, Payload } from '@filmwright/contracts';
import { drillBytes } from '../drill/drill-bytes.ts';
import { drillGraph } from '../drill/drill-graph.ts';
import { type PlanEnd, planBuild } from './plan-build.ts';
import type { DrillReport } from './plan-drill.ts';
import type { TaskResultView } from './planner.ts';

const hash = (bytes: Uint8Array | string): string => `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
const document: Drill = { title: 'A drill', drill: { seed: 7, layers: 3, width: 4, durationMs: 10, bytes: 1001 } };
const offer = { toolchain: {}, voices: [], fonts: [], models: [], slots: 2 };

/** Does what a plan has ready until it ends; `change` may spoil what a task makes. */
function run(change: (bytes: Uint8Array, done: number) => void = () => {}) {
  const results = new Map<string, TaskResultView>();
  const store = new Map<string, Uint8Array>();
  for (let round = 0; round < 20; round++) {
    const plan = planBuild({
      buildId: 'b',
      purpose: 'drill',
      atMs: null,
      document,
      files: {},
      offer,
      results: (key) => results.get(key),
      digestOf: hash,
    });
    if (plan.end !== null) return { end: plan.end, done: results.size, rows: plan.rows.length };
    for (const task of plan.ready) {
      const { seed, bytes, inputs } = task.payload as Payload<'drill'>;
      const made = drillBytes({ seed, bytes, inputs: inputs.map((digest) => store.get(digest) ?? new Uint8Array()) });
      change(made, results.size);
      store.set(hash(made), made);
      const output = { asset: { digest: hash(made), bytes, mediaType: 'application/octet-stream' } };
      results.set(task.key, { state: 'done', output, problem: null, percent: 100, wallMs: 1, reused: false });
    }
  }
  throw new Error('the drill did not end');
}

const lastOf = (end: PlanEnd): string | undefined => (end.result?.report as DrillReport | undefined)?.last.digest;

/** The digest of the last output, worked out without any plan. */
function foreseen(): string {
  const made: Uint8Array[] = [];
  for (const { seed, bytes, reads } of drillGraph(document))
    made.push(drillBytes({ seed, bytes, inputs: reads.map((place) => made[place] ?? new Uint8Array()) }));
  return hash(made.at(-1) ?? '');
}

test('a drill does each of its tasks once, and its last output is the one that was foreseen', () => {
  const { end, done, rows } = run();
  assert.equal(end.state, 'succeeded');
  assert.deepEqual([done, rows], [13, 13]);
  assert.equal(lastOf(end), foreseen());
});

test('one wrong bit of any task is seen in the last output', () => {
  for (let spoilt = 0; spoilt < 4; spoilt++) {
    const { end } = run((bytes, done) => {
      if (done === spoilt) bytes[500] = (bytes[500] ?? 0) ^ 1;
    });
    assert.notEqual(lastOf(end), foreseen());
  }
});

test('what is no drill ends at once, and says so', () => {
  const { end } = planBuild({
    buildId: 'b',
    purpose: 'drill',
    atMs: null,
    document: { title: 'A film' },
    files: {},
    offer,
    results: () => undefined,
    digestOf: hash,
  });
  assert.equal(end?.problem?.code, 'document-invalid');
});
