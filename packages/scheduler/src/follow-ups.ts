import type { Demand } from './demand.ts';
import { placeKey } from './group.ts';

/** What was found of tasks that come once another of their build is done. */
export type FollowUps = {
  /** By what was done, as `placeKey` names it. */
  readonly kinds: Map<string, Followed>;
  /** Of each build what was done last, and when. */
  readonly lastDone: Map<string, { readonly kind: string; readonly atMs: number }>;
  /** Tasks that may come to wait again: they follow nothing. */
  readonly again: Set<string>;
  /** Kinds of which something was found and was not taken by `takeFollowUps` yet. */
  readonly moved: Set<string>;
};

/** How many were done, and what came then, by its kind; what is old counts less. */
type Followed = { done: number; readonly came: Map<string, Came> };
/** How many came, how long after the other was done, and what the last of them was like. */
type Came = { count: number; afterMs: number; like: Like };

/** What does not depend on the build and moment of a task. */
export type Like = Pick<Demand, 'capability' | 'model' | 'size' | 'estimateMs' | 'gpus' | 'vramMib' | 'region' | 'pool' | 'order'>;

/** What a scheduler found of one kind of task, to be told to the next. */
export type LearnedFollowUps = { readonly kind: string; readonly done: number; readonly came: readonly Readonly<Came>[] };

/** Part of what was counted that is kept with the next that is done. */
const kept = 0.99;
/** What came so rarely is forgotten. */
const least = 0.01;
/** How much the latest counts for how long after it comes. */
const weight = 0.1;
/** So many builds and tasks are remembered. */
const mostKept = 10_000;
/** So many kinds are taken at once, and of each what came most often: what is written of them stays small. */
const mostTaken = 100;
const mostCame = 16;

/** Nothing was found yet. */
export function createFollowUps(): FollowUps {
  return { kinds: new Map(), lastDone: new Map(), again: new Set(), moved: new Set() };
}

/** A task is done: what comes next of its build is taken to follow it. */
export function noteFollowed({ kinds, lastDone, moved }: FollowUps, task: Demand, instantMs: number): void {
  const kind = placeKey(task);
  const followed = kinds.get(kind) ?? { done: 0, came: new Map() };
  kinds.set(kind, followed);
  moved.add(kind);
  followed.done = followed.done * kept + 1;
  for (const [key, one] of followed.came) {
    one.count *= kept;
    if (one.count < least) followed.came.delete(key);
  }
  lastDone.delete(task.build);
  lastDone.set(task.build, { kind, atMs: instantMs });
  keepLast(lastDone);
}

/** A task ended and is not done. */
export function noteAgain({ again }: FollowUps, task: Demand): void {
  again.add(task.id);
  keepLast(again);
}

/** A task came to wait that did not wait before. */
export function noteFollowing({ kinds, lastDone, again, moved }: FollowUps, task: Demand, instantMs: number): void {
  if (again.delete(task.id)) return;
  const last = lastDone.get(task.build);
  const followed = last && kinds.get(last.kind);
  if (last === undefined || followed === undefined) return;
  const key = placeKey(task);
  const tookMs = instantMs - last.atMs;
  const { count, afterMs } = followed.came.get(key) ?? { count: 0, afterMs: tookMs };
  followed.came.set(key, { count: count + 1, afterMs: afterMs + weight * (tookMs - afterMs), like: likeOf(task) });
  moved.add(last.kind);
}

/** Takes up what was found by a scheduler before; what was found since is kept. */
export function noteLearnedFollowUps({ kinds }: FollowUps, { kind, done, came }: LearnedFollowUps): void {
  if (!kinds.has(kind)) kinds.set(kind, { done, came: new Map(came.map((one) => [placeKey(one.like), { ...one }])) });
}

/** What was found since it was taken last, some of it where that is much: the rest is taken next. */
export function takeFollowUps({ followUps: { kinds, moved } }: { readonly followUps: FollowUps }): readonly LearnedFollowUps[] {
  return [...moved].slice(0, mostTaken).flatMap((kind) => {
    moved.delete(kind);
    const followed = kinds.get(kind);
    if (followed === undefined) return [];
    const came = [...followed.came.values()].sort((a, b) => b.count - a.count).slice(0, mostCame);
    return [{ kind, done: followed.done, came: came.map((one) => ({ ...one })) }];
  });
}

function likeOf({ capability, model, size, estimateMs, gpus, vramMib, region, pool, order }: Demand): Like {
  return { capability, model, size, estimateMs, gpus, vramMib, region, pool, order };
}

function keepLast(all: { readonly size: number; keys(): Iterator<string>; delete(key: string): boolean }): void {
  if (all.size > mostKept) all.delete(all.keys().next().value as string);
}
