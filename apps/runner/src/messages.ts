import type { Asset, CacheReport, Problem, RunnerOffer, Task } from '@filmwright/contracts';
import type { Used } from './fair-shares.ts';

/** From the runner to its executor. `full` also tries what takes seconds. */
export type Request =
  /** `resume` is what an attempt before left at a border; `answerMs` how long each request of a model may take. */
  | { readonly type: 'run'; readonly task: Task; readonly answerMs: number; readonly resume?: unknown }
  /** Tasks of one kind to be run as one. */
  | { readonly type: 'batch'; readonly members: readonly BatchMember[]; readonly answerMs: number }
  /** The task that runs, or this one of the batch (from 0 on), is to be handed back at its next border. */
  | { readonly type: 'back'; readonly at?: number }
  /** Models that are to leave the memory, by the names that tasks ask for them. */
  | { readonly type: 'unload'; readonly models: readonly string[] }
  /** Nobody wants this task of the batch any more; the others go on. */
  | { readonly type: 'drop'; readonly at: number }
  | { readonly type: 'offer'; readonly full: boolean }
  /** Models that were not tried yet are to be tried, and those that failed before then (ISO 8601) for want of memory or time. */
  | { readonly type: 'try'; readonly since: string }
  /** How many those are. */
  | { readonly type: 'untried'; readonly since: string };

/** What an executor probes; the runner adds its name and process. Fonts still are files: they become assets when the runner joins. */
export type ProbedOffer = Omit<RunnerOffer, 'name' | 'pid' | 'slots' | 'fonts' | 'machine'> & {
  readonly machine: NonNullable<RunnerOffer['machine']>;
  /** Where models compute, for the executors that start later. */
  readonly compute: string;
  readonly fonts: readonly {
    readonly script: string;
    readonly regular: FontFile;
    readonly bold: FontFile;
    readonly family: string;
    readonly licence: string;
  }[];
};
export type FontFile = { readonly path: string; readonly digest: string };

export type BatchMember = { readonly task: Task; readonly resume?: unknown };

/** From an executor to its runner. `at` is the place of a task in its batch. `cache` counts since its last message of that kind; `held` are all models in its memory; `loadMs` of `wallMs` were loading. */
export type Reply =
  | { readonly type: 'progress'; readonly percent: number; readonly at?: number }
  /** The newest picture of what is drawn, JPEG. */
  | { readonly type: 'preview'; readonly picture: Uint8Array; readonly at?: number }
  /** Bytes of an input or output are on the way. */
  | { readonly type: 'moved' }
  /** It reads or writes this mounted folder. */
  | { readonly type: 'mounted'; readonly folder: string }
  | { readonly type: 'cache'; readonly cache: CacheReport }
  | { readonly type: 'held'; readonly models: readonly string[] }
  | {
      readonly type: 'done';
      readonly output: unknown;
      readonly assets: readonly Asset[];
      readonly wallMs: number;
      readonly cpuMs: number;
      readonly loadMs: number;
    }
  /** The ends of the tasks of a batch in order. */
  | { readonly type: 'ran'; readonly ends: readonly BatchEnd[] }
  /** Handed back at a border, with what it needs to go on elsewhere. */
  | { readonly type: 'returned'; readonly resume: unknown }
  | { readonly type: 'failed'; readonly problem: Problem }
  | { readonly type: 'offer'; readonly offer: ProbedOffer }
  /** What was to leave the memory has left it. */
  | { readonly type: 'unloaded' }
  | { readonly type: 'tried'; readonly models: number };

/** Done, failed, or handed back with what it needs to go on elsewhere; times are its part of what all took together. */
export type BatchEnd = Used &
  ({ readonly output: unknown; readonly assets: readonly Asset[] } | { readonly problem: Problem } | { readonly resume: unknown });
