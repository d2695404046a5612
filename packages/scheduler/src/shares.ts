import { type Priority, priorities, type WorkspaceFacts } from './demand.ts';
import type { Entry } from './waiting-line.ts';

/** A workspace's account: time on GPUs (or slots) that it was given, halved every hour, and what it has now. */
export type Share = {
  readonly id: string;
  weight: number;
  cap: number | null;
  running: number;
  waiting: number;
  /** Milliseconds of devices, as of `atMs`. */
  readonly used: { gpu: number; slot: number };
  /** Of those what it had on its head start, halved sooner. */
  readonly early: { gpu: number; slot: number };
  /** What its more pressing tasks had since one of this priority was granted last. */
  readonly passed: Readonly<Record<Resource, Record<Priority, number>>>;
  atMs: number;
  /** When it was told what it had before; null where it never was. */
  toldMs: number | null;
};
export type Resource = 'gpu' | 'slot';

const halfLifeMs = 60 * 60_000;
/** How far a workspace may be ahead of the one that is owed most and still be served by dates alone: this part of what all have, per weight, and at least so many milliseconds. */
const windowPart = 0.15;
const leastWindowMs = 300_000;
/** How much of what presses a workspace that is ahead is given before others all the same: this part of the window, per weight, and as much again in ten minutes. */
const headStartPart = 1 / 3;
const headStartHalfLifeMs = 10 * 60_000;
/** A task that is due without a deadline goes before more pressing ones of its workspace once those had so many times its work. */
const passedTimes = 8;

/** A workspace of which nothing is known: of weight 1, without a cap, that had nothing. */
export function createShare(id: string): Share {
  return {
    id,
    weight: 1,
    cap: null,
    running: 0,
    waiting: 0,
    used: { gpu: 0, slot: 0 },
    early: { gpu: 0, slot: 0 },
    passed: { gpu: none(), slot: none() },
    atMs: 0,
    toldMs: null,
  };
}

/** Takes up what is told of a workspace. What it had before is added to what it has, so that it is to be told once. */
export function setShare(share: Share, { weight, cap, used, instantMs }: WorkspaceFacts & { readonly instantMs: number }): void {
  share.weight = Math.max(weight, 1e-6);
  share.cap = cap;
  if (used === undefined) return;
  charge(share, { resource: 'gpu', ms: used.gpuMs, instantMs });
  charge(share, { resource: 'slot', ms: used.slotMs, instantMs });
  share.toldMs = instantMs;
}

/** Charges a share at the grant with what is expected, and corrects it (also below) at the end. */
export function charge(
  share: Share,
  { resource, ms, instantMs }: { readonly resource: Resource; readonly ms: number; readonly instantMs: number },
): void {
  settle(share, instantMs);
  share.used[resource] = Math.max(0, share.used[resource] + ms);
}

const none = (): Record<Priority, number> => ({ interactive: 0, normal: 0, bulk: 0 });

/** Charges the head start of a share beside its account, and corrects it (also below) at the end. */
export function chargeEarly(share: Share, { resource, ms }: { readonly resource: Resource; readonly ms: number }): void {
  share.early[resource] = Math.max(0, share.early[resource] + ms);
}

/** Takes up that a task was granted: less pressing ones of its workspace were passed. */
export function noteTurn(
  share: Share,
  { resource, ms, priority }: { readonly resource: Resource; readonly ms: number; readonly priority: Priority },
): void {
  const passed = share.passed[resource];
  for (const less of priorities.slice(priorities.indexOf(priority) + 1)) passed[less] += ms;
  passed[priority] = 0;
}

/** Whether more pressing tasks of its workspace had their turn so often that this one, which is due, has it now. */
export function wasPassed(share: Share, { resource, entry }: { readonly resource: Resource; readonly entry: Entry }): boolean {
  return share.passed[resource][entry.task.priority] >= passedTimes * entry.workMs * Math.max(1, entry.task.gpus);
}

/** What of a window is a head start, per weight. */
export function headStartOf(windowMs: number): number {
  return windowMs * headStartPart;
}

/** Whether a workspace that is ahead has some of its head start left. */
export function hasHeadStart(
  share: Share,
  { resource, state }: { readonly resource: Resource; readonly state: { readonly windows: Readonly<Record<Resource, number>> } },
): boolean {
  return share.early[resource] / share.weight < headStartOf(state.windows[resource]);
}

/** Device time per weight: the smaller, the more is owed. */
export function usage(share: Share, resource: Resource): number {
  return share.used[resource] / share.weight;
}

/** Brings the halving up to an instant. */
export function settle(share: Share, instantMs: number): void {
  if (instantMs <= share.atMs) return;
  const left = 0.5 ** ((instantMs - share.atMs) / halfLifeMs);
  share.used.gpu *= left;
  share.used.slot *= left;
  const earlyLeft = 0.5 ** ((instantMs - share.atMs) / headStartHalfLifeMs);
  share.early.gpu *= earlyLeft;
  share.early.slot *= earlyLeft;
  share.atMs = instantMs;
}

/**
 * A workspace that comes back from idleness starts where the most owed of the busy ones stands: what it did not use is not saved up
 * (start-time fair queueing; the virtual token counter does the same). What is told together with what it had before waited before, too.
 */
export function lift(
  share: Share,
  { shares, instantMs }: { readonly shares: ReadonlyMap<string, Share>; readonly instantMs: number },
): void {
  settle(share, instantMs);
  if (share.toldMs === instantMs) return;
  for (const resource of ['gpu', 'slot'] as const) {
    let least = Number.POSITIVE_INFINITY;
    for (const other of shares.values()) if (other !== share && other.waiting > 0) least = Math.min(least, usage(other, resource));
    if (least < Number.POSITIVE_INFINITY) share.used[resource] = Math.max(share.used[resource], least * share.weight);
  }
}

/** A workspace that runs as many tasks as it may. */
export function isCapped(share: Share): boolean {
  return share.cap !== null && share.running >= share.cap;
}

/** How far ahead dates alone decide, in milliseconds of a device per weight. */
export function windowOf(shares: ReadonlyMap<string, Share>, resource: Resource): number {
  let used = 0;
  let weight = 0;
  for (const share of shares.values()) {
    if (share.waiting + share.running === 0) continue;
    used += share.used[resource];
    weight += share.weight;
  }
  return weight === 0 ? leastWindowMs : Math.max(leastWindowMs, (windowPart * used) / weight);
}
