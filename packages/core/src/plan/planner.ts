import {
  type Asset,
  computesOnGpu,
  needsOf,
  type Output,
  type Payload,
  type Problem,
  type Stage,
  type Task,
  type TaskKind,
  taskKinds,
} from '@filmwright/contracts';
import type { Offer } from './merge-offers.ts';
import { type ChosenToolchain, toolchainOf } from './model-toolchains.ts';
import { type DigestOf, inputsOf, taskKey } from './task-key.ts';

/** What the ledger knows of a key. `reused`: it was done before this build asked for it. */
export type TaskResultView = {
  readonly state: 'waiting' | 'leased' | 'done' | 'failed';
  readonly output: unknown;
  readonly problem: Problem | null;
  /** 0 to 100, of the running attempt. */
  readonly percent: number;
  readonly wallMs: number | null;
  readonly reused: boolean;
};

/** Something that a task will read and that is there. */
export type Gathered = Pick<Asset, 'digest' | 'bytes'>;

/** A foreseeable task. `key` is null until all its inputs are known; `gathers` are those that are there by then. */
export type PlannedTask = {
  readonly address: string;
  readonly kind: TaskKind;
  readonly stage: Stage;
  readonly shot: number | null;
  readonly estimateMs: number;
  readonly key: string | null;
  readonly result: TaskResultView | undefined;
  /** GPUs that it will have to itself; while its inputs are missing, what its kind usually takes. Left out for none. */
  readonly gpus?: number;
  readonly gathers?: readonly Gathered[];
};

export type Ask<K extends TaskKind> = {
  readonly address: string;
  readonly kind: K;
  readonly stage: Stage;
  readonly shot: number | null;
  readonly estimateMs: number;
  /** Of the tasks that are ready, smaller ranks go first; 0 when left out. */
  readonly rank?: number;
  /** Undefined while an input is still missing: the task is then only foreseen. */
  readonly payload: Payload<K> | undefined;
  /** What is there by now of what it will read, while something is missing: it may be brought ahead to where the task is likely to run. */
  readonly gathers?: readonly Gathered[];
};

/** Order of ready tasks: what others wait for, then what a film is played by first, then the rest, then what only the report waits for. */
export const ranks = { awaited: -2, firstPlayed: -1, rest: 0, late: 1 } as const;

/** Collects the tasks of one planning run; lives only as long as it. */
export type Planner = {
  /** The task's output if it is done, else undefined; records it either way. */
  readonly ask: <K extends TaskKind>(ask: Ask<K>) => Output<K> | undefined;
  readonly planned: readonly PlannedTask[];
  readonly ready: readonly Task[];
  readonly failures: readonly { readonly task: PlannedTask; readonly problem: Problem }[];
  /** Toolchains of the tasks that have a key and need a model. */
  readonly chosen: () => readonly ChosenToolchain[];
};

export type PlannerInput = {
  readonly results: (key: string) => TaskResultView | undefined;
  readonly offer: Pick<Offer, 'toolchain' | 'modelToolchains' | 'modelGpus'>;
  readonly digestOf: DigestOf;
};

type Needing = Parameters<typeof needsOf>[0];

/** A planner over the results so far. */
export function createPlanner({ results, offer, digestOf }: PlannerInput): Planner {
  const planned: PlannedTask[] = [];
  const ready: Task[] = [];
  const failures: { task: PlannedTask; problem: Problem }[] = [];
  const chosen = new Map<string, ChosenToolchain>();
  const asked = new Set<string>();
  const addresses = new Set<string>();
  // Views of one shot ask for the same again.
  const note = (task: PlannedTask): void => {
    if (addresses.has(task.address)) return;
    addresses.add(task.address);
    planned.push(task);
  };
  const ask = <K extends TaskKind>({
    address,
    kind,
    stage,
    shot,
    estimateMs,
    rank = 0,
    payload,
    gathers,
  }: Ask<K>): Output<K> | undefined => {
    if (payload === undefined) {
      const onGpu = computesOnGpu(toolchainOf(offer, { kind, model: null }));
      note({
        address,
        kind,
        stage,
        shot,
        estimateMs,
        key: null,
        result: undefined,
        ...(onGpu && { gpus: 1 }),
        ...(gathers && { gathers }),
      });
      return undefined;
    }
    const { model } = needsOf({ kind, payload, estimateMs } as Needing);
    const chain = toolchainOf(offer, { kind, model });
    if (model !== null && chain !== '') chosen.set(`${kind} ${model}`, { kind, model, toolchain: chain });
    const key = taskKey({ kind, payload, toolchain: chain }, digestOf);
    const result = results(key);
    const needs = needsOf({ kind, payload, estimateMs, toolchain: chain } as Needing);
    const gpus = needs.gpus === 0 || model === null ? needs.gpus : Math.max(needs.gpus, offer.modelGpus?.[model] ?? 1);
    const task: PlannedTask = { address, kind, stage, shot, estimateMs, key, result, ...(gpus > 0 && { gpus }) };
    note(task);
    if (result?.state === 'done') return result.output as Output<K>;
    if (result?.state === 'failed' && result.problem !== null) failures.push({ task, problem: result.problem });
    else if (!asked.has(key))
      ready.push({
        key,
        kind,
        version: taskKinds[kind].version,
        toolchain: chain,
        payload,
        estimateMs,
        rank,
        inputs: inputsOf(payload),
      } as Task);
    asked.add(key);
    return undefined;
  };
  return { ask, planned, ready, failures, chosen: () => [...chosen.values()] };
}
