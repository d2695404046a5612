import type { Decision, Demand, ModelFacts, RunnerFacts } from '../../src/demand.ts';
import type { Policy } from '../policy.ts';
import { type PlannedTask, plainWorld, type Scenario } from '../scenario.ts';

/** A model that a GPU of `host` holds alone, 10 s from its disk and 1 s from its memory. */
export const model = (id: string): ModelFacts => ({ id, vramMib: 30_000, hostMib: 30_000, warmMs: 1000, coldMs: 10_000, fetchMs: 60_000 });

/** A host of GPUs of 48 GB, all models `a` and `b` on its disk. */
export const host = (over: Partial<RunnerFacts> & { readonly id: string; readonly gpus: number }): RunnerFacts => {
  const { gpus, ...facts } = over;
  return {
    pool: 'gpu',
    region: 'here',
    capabilities: ['draw'],
    slots: 1,
    devices: Array.from({ length: gpus }, (_, index) => ({ id: `gpu-${index}`, product: 'plain', vramMib: 48_000, fabric: 'one' })),
    hostMib: 0,
    onDisk: ['a', 'b'],
    inMemory: [],
    resident: [],
    draining: false,
    ...facts,
  };
};

/** A task of 5 s on one GPU with model `a`, submitted at 0. */
export const task = (over: Partial<Demand> & { readonly id: string }, more: Omit<Partial<PlannedTask>, 'demand'> = {}): PlannedTask => ({
  demand: {
    workspace: 'w',
    build: 'b',
    capability: 'draw',
    model: 'a',
    size: 'all',
    estimateMs: 5000,
    gpus: 1,
    vramMib: 1000,
    region: null,
    near: [],
    pool: null,
    priority: 'normal',
    deadlineMs: null,
    order: 0,
    submittedMs: 0,
    readyMs: over.submittedMs ?? 0,
    bordersMs: null,
    batch: null,
    batchMost: 1,
    ...over,
  },
  trueMs: 5000,
  ...more,
});

/** One host of two GPUs, models `a` and `b`, workspaces `w` and `v`, no noise. */
export const smallWorld = (over: Partial<Scenario> & { readonly planned: readonly PlannedTask[] }): Scenario => {
  const { planned, ...rest } = over;
  return {
    ...plainWorld,
    name: 'small',
    about: 'a small world for tests',
    seed: 1,
    loadSpread: 0,
    models: [model('a'), model('b')],
    workspaces: [
      { id: 'w', weight: 1, cap: null },
      { id: 'v', weight: 1, cap: null },
    ],
    runners: [host({ id: 'h', gpus: 2 })],
    tasks: () => planned,
    ...rest,
  };
};

/** A grant of one task to `gpu-0` of host `h`, with its weights on disk. */
export const grant = (over: Partial<Extract<Decision, { type: 'grant' }>> & { readonly tasks: readonly string[] }): Decision => ({
  type: 'grant',
  runner: 'h',
  devices: ['gpu-0'],
  tier: 'disk',
  evict: [],
  expectedMs: 0,
  reason: 'said so',
  ...over,
});

/** Decides what it was told to, each at the first step at or after its instant, and keeps what it heard. */
export const scripted = (
  script: readonly { readonly atMs: number; readonly decisions: readonly Decision[] }[],
): Policy & { readonly heard: string[] } => {
  const left = [...script];
  const heard: string[] = [];
  return {
    name: 'scripted',
    heard,
    step: (changes, instantMs) => {
      for (const change of changes) {
        if (change.type === 'ended')
          heard.push(`${change.task} ${change.outcome} ran ${Math.round(change.ranMs)} loaded ${Math.round(change.loadMs)}`);
        else if (change.type === 'task') heard.push(`${change.task.id} waits, estimate ${Math.round(change.task.estimateMs)}`);
        else if (change.type === 'coming') heard.push(`${change.task.id} comes, reads ${change.inputs.map(({ id }) => id).join('+')}`);
        else if (change.type === 'gone') heard.push(`${change.runner} gone`);
        else if (change.type === 'running') heard.push(`${change.task.id} runs`);
        else if (change.type === 'withdrawn') heard.push(`${change.task} withdrawn`);
        else if (change.type === 'runner')
          heard.push(
            `${change.runner.id} ${change.runner.draining ? 'drains' : 'here'}, memory ${change.runner.inMemory.join('+') || 'empty'}`,
          );
      }
      const decisions: Decision[] = [];
      while (left[0] !== undefined && left[0].atMs <= instantMs) decisions.push(...(left.shift()?.decisions ?? []));
      return decisions;
    },
  };
};
