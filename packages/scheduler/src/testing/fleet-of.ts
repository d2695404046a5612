import type { Change, Decision, Demand, ModelFacts, RunnerFacts } from '../demand.ts';
import { openState } from '../state.ts';
import { step } from '../step.ts';

/** A task of a second on a processor slot, with what is said otherwise. */
export function demand(id: string, said: Partial<Demand> = {}): Demand {
  return {
    id,
    workspace: 'w1',
    build: 'b1',
    capability: 'draw',
    model: null,
    size: 'small',
    estimateMs: 1000,
    gpus: 0,
    vramMib: 0,
    region: null,
    near: [],
    pool: null,
    priority: 'normal',
    deadlineMs: null,
    order: 0,
    submittedMs: 0,
    readyMs: 0,
    bordersMs: null,
    batch: null,
    batchMost: 1,
    ...said,
  };
}

/** A runner with two slots and no GPU, with what is said otherwise. */
export function runner(id: string, said: Partial<RunnerFacts> = {}): RunnerFacts {
  return {
    id,
    pool: 'p',
    region: 'here',
    capabilities: ['draw'],
    slots: 2,
    devices: [],
    hostMib: 0,
    onDisk: ['a', 'b', 'c'],
    inMemory: [],
    resident: [],
    draining: false,
    ...said,
  };
}

/** A runner of `gpus` devices of 48 GiB, with what is resident on each. */
export function gpuRunner(
  id: string,
  gpus: number,
  resident: readonly (string | null)[] = [],
  said: Partial<RunnerFacts> = {},
): RunnerFacts {
  const devices = Array.from({ length: gpus }, (_, index) => ({ id: String(index), product: 'card', vramMib: 48 * 1024, fabric: 'f' }));
  const held = resident.flatMap((model, index) => (model === null ? [] : [{ device: String(index), model }]));
  return runner(id, { slots: 0, devices, resident: held, ...said });
}

/** A model that fills most of such a device: 3 s from memory, 30 s from disk. */
export function model(id: string, said: Partial<ModelFacts> = {}): ModelFacts {
  return { id, vramMib: 40 * 1024, hostMib: 40 * 1024, warmMs: 3000, coldMs: 30_000, fetchMs: 120_000, ...said };
}

export type Grant = Extract<Decision, { type: 'grant' }>;

/** A scheduler that is told changes at instants, and remembers what it granted. */
export function scheduler() {
  const state = openState();
  const grants: Grant[] = [];
  return {
    state,
    grants,
    tell(instantMs: number, ...changes: readonly Change[]): readonly Decision[] {
      const { decisions } = step(state, changes, instantMs);
      grants.push(...decisions.filter((each) => each.type === 'grant'));
      return decisions;
    },
  };
}

export const wanted = (...tasks: readonly Demand[]): Change[] => tasks.map((task) => ({ type: 'task', task }));
export const joined = (...runners: readonly RunnerFacts[]): Change[] => runners.map((each) => ({ type: 'runner', runner: each }));
export const known = (...models: readonly ModelFacts[]): Change[] => models.map((each) => ({ type: 'model', model: each }));
export const done = (task: string, ranMs = 1000, loadMs = 0): Change => ({ type: 'ended', task, outcome: 'done', ranMs, loadMs });
/** Ids of the tasks that were granted, in order of their names. */
export const granted = (decisions: readonly Decision[]): string[] =>
  decisions.flatMap((each) => (each.type === 'grant' ? each.tasks : [])).toSorted();
