import type { Priority } from '../../packages/scheduler/src/demand.ts';
import { checkBack, noteAsked } from './check-asked.ts';
import { checkBuilds, checkWanted } from './check-builds.ts';
import { checkPlaces } from './check-places.ts';
import { checkSpending } from './check-spending.ts';
import { createKnown, type Known } from './known.ts';
import { leaseMs, pickUpMs } from './model-ledger.ts';
import { type ModelId, type ModelSpend, nameOf } from './model-rows.ts';

type OfLease = { readonly atMs: number; readonly key: string; readonly fence: number; readonly runnerId: string };
type OfBuild = { readonly buildId: string; readonly workspaceId: string };
/** What was said to the ledger and answered by it, in the order in which the ledger did it. */
export type HistoryEvent =
  | ({ readonly type: 'granted'; readonly workspaceId: string; readonly buildId: string } & OfLease)
  | ({ readonly type: 'leased'; readonly attempt: number; readonly resume: string | null } & OfLease)
  | ({ readonly type: 'handed back'; readonly resume: string } & OfLease)
  /** `back`: its runner was told to hand it back. */
  | ({ readonly type: 'renewed'; readonly back: boolean } & OfLease)
  /** Said by the one that leads, or by one that led before. */
  | { readonly type: 'asked back'; readonly fences: readonly number[]; readonly leads: boolean }
  | ({ readonly type: 'failed'; readonly passes: boolean } & OfLease)
  | ({ readonly type: 'completed'; readonly output: string } & OfLease)
  | { readonly type: 'read'; readonly workspaceId: string; readonly key: string; readonly output: string }
  | { readonly type: 'left'; readonly runnerId: string }
  | { readonly type: 'stopped'; readonly fence: number }
  | { readonly type: 'expired'; readonly atMs: number; readonly fences: readonly number[]; readonly silent: readonly string[] }
  | { readonly type: 'joined'; readonly runnerId: string; readonly name: string }
  /** Of the keys that a build lists from now on, `anew` had failed and wait again. */
  | ({
      readonly type: 'planned';
      readonly keys: readonly string[];
      readonly anew: readonly string[];
      readonly priority: Priority;
    } & OfBuild)
  /** `keys` are of all that the build needed, listed or not. */
  | ({ readonly type: 'ended'; readonly keys: readonly string[]; readonly state: 'succeeded' | 'failed' | 'cancelled' } & OfBuild)
  | ({
      readonly type: 'cancelled';
      readonly atMs: number;
      readonly buildId: string;
      readonly answer: 'stopped' | 'idle' | 'absent';
    } & ModelId)
  /** What a done task made is gone; and it waits again for that. */
  | ({ readonly type: 'swept' | 'put back' } & ModelId)
  | { readonly type: 'old leader' | 'old driver'; readonly heeded: boolean };

/** How things are once nothing happens any more. */
export type EndState = {
  readonly tasks: readonly (ModelId & { readonly state: string; readonly output: string | null })[];
  readonly spent: readonly ModelSpend[];
};

const leastTries = 3;

/** Every way in which a history and its end break what the ledger promises, each a sentence; none for a good one. Knows nothing of how the ledger works. */
export function checkHistory(history: readonly HistoryEvent[], end: EndState): readonly string[] {
  const known = createKnown();
  const faults = history.flatMap((event, at) => checkEvent(known, event, at));
  return [...faults, ...checkEnd(known, end), ...checkPlaces(history), ...checkSpending({ ...known, spent: end.spent })];
}

function checkEvent(known: Known, event: HistoryEvent, at: number): readonly string[] {
  switch (event.type) {
    case 'old leader':
      return event.heeded ? ['A1: one that led before was given its grants'] : [];
    case 'old driver':
      return event.heeded ? ['S4: what one that drove before had planned was stored'] : [];
    case 'asked back':
      noteAsked(known, event);
      return [];
    case 'joined':
    case 'stopped':
      return [];
    case 'expired':
      for (const fence of event.fences) {
        known.ranOut.add(fence);
        const task = known.granted.get(fence);
        if (task === undefined) continue;
        const name = nameOf(task);
        known.losses.set(name, 1 + (known.losses.get(name) ?? 0));
        noteTrouble(known, { name, at });
      }
      return [];
    case 'left':
      known.gone.add(event.runnerId);
      for (const [name, { runnerId }] of known.held) if (runnerId === event.runnerId) known.held.delete(name);
      return [];
    case 'planned':
    case 'ended':
    case 'cancelled':
    case 'swept':
    case 'put back':
      return checkBuilds(known, event, at);
    case 'read': {
      const output = known.done.get(nameOf(event))?.output;
      if (output === event.output) return [];
      return [`W1: ${event.workspaceId} read ${event.output} of ${event.key}, of which it has ${output ?? 'nothing'}`];
    }
    case 'granted':
      return checkGrant(known, event);
    default:
      return checkWord(known, event, at);
  }
}

function checkGrant(known: Known, event: Extract<HistoryEvent, { readonly type: 'granted' }>): readonly string[] {
  const { workspaceId, key, fence, runnerId, buildId, atMs } = event;
  const name = nameOf(event);
  const faults = [...checkWanted(known, event)];
  const holder = known.held.get(name);
  if (holder !== undefined && atMs <= holder.untilMs)
    faults.push(`L3: ${name} was given away under ${fence} while ${holder.runnerId} had it under ${holder.fence}`);
  if (known.done.has(name)) faults.push(`${name} was done and was granted again (${fence})`);
  if (known.beyond.has(name)) faults.push(`F3: ${name} failed for good and was granted again (${fence})`);
  const readyMs = known.readyMs.get(name) ?? 0;
  if (atMs < readyMs) faults.push(`F2: ${name} was granted under ${fence} ${Math.ceil(readyMs - atMs)} ms too soon after it failed`);
  if (known.granted.has(fence) || fence <= Math.max(0, ...known.granted.keys())) faults.push(`L3: the fence ${fence} did not grow`);
  known.granted.set(fence, { workspaceId, key, runnerId, buildId });
  known.newest.set(name, fence);
  known.held.set(name, { fence, runnerId, untilMs: atMs + pickUpMs, begun: false });
  return faults;
}

type Word = Extract<HistoryEvent, { readonly type: 'leased' | 'renewed' | 'handed back' | 'failed' | 'completed' }>;

/** What a runner says of a lease. */
function checkWord(known: Known, event: Word, at: number): readonly string[] {
  const { key, fence, runnerId, atMs } = event;
  const grant = known.granted.get(fence);
  if (grant?.key !== key || grant.runnerId !== runnerId)
    return [`L5: ${event.type} of ${key} by ${fence}, which ${runnerId} was not given`];
  const name = nameOf(grant);
  const faults: string[] = [];
  // An end that is said again is acknowledged again; all else of an old fence is refused.
  const done = known.done.get(name);
  const repeats = event.type === 'completed' && done?.fence === fence;
  if (known.newest.get(name) !== fence && !repeats)
    faults.push(`L5: ${event.type} of ${name} was taken under ${fence} after ${known.newest.get(name)} was given`);
  const why = known.stale.get(fence);
  if (why !== undefined) faults.push(`L5: ${event.type} of ${name} was taken under ${fence} after ${why}`);
  const isTold = event.type === 'renewed' || (event.type === 'leased' && known.held.get(name)?.begun === false);
  // What one that was replaced says of what it had is noted, and holds nothing.
  if (isTold && !known.gone.has(runnerId)) known.held.set(name, { fence, runnerId, untilMs: atMs + leaseMs, begun: true });
  if (event.type === 'renewed') faults.push(...checkBack(known, { name, ...event }));
  if (event.type === 'renewed') known.ranOut.delete(fence);
  if (event.type !== 'renewed' && event.type !== 'leased') known.held.delete(name);
  if (event.type === 'renewed' && done !== undefined) faults.push(`a lease on ${name} was renewed after it was done`);
  if (event.type === 'handed back') {
    known.left.set(name, event.resume);
    known.stale.set(fence, 'it was handed back');
  }
  if (event.type === 'leased') faults.push(...checkBegun(known, { name, ...event }));
  if (event.type === 'failed') {
    faults.push(...checkFailure(known, { name, ...event }));
    noteTrouble(known, { name, at });
  }
  if (event.type !== 'completed') return faults;
  if (known.failedFences.has(fence)) faults.push(`F1: ${name} both failed and was done under ${fence}`);
  if (done !== undefined && done.fence !== fence) faults.push(`${name} was done by ${done.fence} and by ${fence}`);
  if (done === undefined) known.done.set(name, { fence, output: event.output });
  known.did.add(fence);
  return faults;
}

/** F2, F3, F4: what may pass, or was lost, is tried thrice at least before that is for good. */
function noteTrouble({ failures, losses, beyond, troubledAt }: Known, { name, at }: { readonly name: string; readonly at: number }): void {
  if (beyond.has(name) || Math.max(failures.get(name) ?? 0, losses.get(name) ?? 0) >= leastTries) troubledAt.set(name, at);
}

type Begun = { readonly name: string; readonly fence: number; readonly attempt: number; readonly resume: string | null };

function checkBegun({ left, failures }: Known, { name, fence, attempt, resume }: Begun): readonly string[] {
  const faults: string[] = [];
  const [before, failed] = [left.get(name) ?? null, failures.get(name) ?? 0];
  if (resume !== before) faults.push(`L11: ${name} was begun with ${resume} under ${fence} after ${before ?? 'nothing'} was left of it`);
  if (attempt !== 1 + failed) faults.push(`F2: ${name} was begun as try ${attempt} under ${fence} after it failed ${failed} times`);
  return faults;
}

type Failed = { readonly name: string; readonly fence: number; readonly passes: boolean; readonly atMs: number };

function checkFailure(known: Known, { name, fence, passes, atMs }: Failed): readonly string[] {
  const { left, done, failedFences, failures, readyMs, beyond } = known;
  left.delete(name);
  if (!failedFences.has(fence)) {
    const count = 1 + (failures.get(name) ?? 0);
    failures.set(name, count);
    readyMs.set(name, atMs + 1000 * 4 ** (Math.min(count, 3) - 1));
  }
  failedFences.add(fence);
  if (!passes) beyond.add(name);
  return done.get(name)?.fence === fence ? [`F1: ${name} both was done and failed under ${fence}`] : [];
}

function checkEnd({ listings, done }: Known, { tasks }: EndState): readonly string[] {
  const faults: string[] = [];
  for (const task of tasks) {
    const { state, output } = task;
    const name = nameOf(task);
    const known = done.get(name);
    if (listings.wanting(task) !== null && state !== 'done' && state !== 'failed') faults.push(`${name} is lost: it is ${state} for ever`);
    if (known !== undefined && (state !== 'done' || output !== known.output))
      faults.push(`F1: ${name} was acknowledged and is ${state} with ${output}`);
    if (known === undefined && state === 'done') faults.push(`${name} is done, and nobody did it`);
  }
  return faults;
}
