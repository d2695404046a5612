import { checkPlaces } from './check-places.ts';
import { checkSpending } from './check-spending.ts';
import { leaseMs, pickUpMs } from './model-ledger.ts';
import { type ModelId, type ModelSpend, nameOf } from './model-rows.ts';

type OfLease = { readonly atMs: number; readonly key: string; readonly fence: number; readonly runnerId: string };
/** What was said to the ledger and answered by it, in the order in which the ledger did it. */
export type HistoryEvent =
  | ({ readonly type: 'granted'; readonly workspaceId: string } & OfLease)
  | ({ readonly type: 'leased'; readonly attempt: number; readonly resume: string | null } & OfLease)
  | ({ readonly type: 'handed back'; readonly resume: string } & OfLease)
  | ({ readonly type: 'renewed' } & OfLease)
  | ({ readonly type: 'failed'; readonly passes: boolean } & OfLease)
  | ({ readonly type: 'completed'; readonly output: string } & OfLease)
  | { readonly type: 'read'; readonly workspaceId: string; readonly key: string; readonly output: string }
  | { readonly type: 'left'; readonly runnerId: string }
  | { readonly type: 'stopped'; readonly fence: number }
  | { readonly type: 'expired'; readonly atMs: number; readonly fences: readonly number[]; readonly silent: readonly string[] }
  | { readonly type: 'joined'; readonly runnerId: string; readonly name: string }
  | { readonly type: 'ended'; readonly workspaceId: string }
  | ({ readonly type: 'cancelled'; readonly atMs: number; readonly answer: 'stopped' | 'idle' | 'absent' } & ModelId)
  | { readonly type: 'old leader' | 'old driver'; readonly heeded: boolean };

/** How things are once nothing happens any more. */
export type EndState = {
  readonly tasks: readonly (ModelId & { readonly state: string; readonly output: string | null })[];
  readonly spent: readonly ModelSpend[];
};

/** Every way in which a history and its end break what the ledger promises, each a sentence; none for a good one. Knows nothing of how the ledger works. */
export function checkHistory(history: readonly HistoryEvent[], end: EndState): readonly string[] {
  const faults: string[] = [];
  const granted = new Map<number, ModelId & { readonly runnerId: string }>();
  const newest = new Map<string, number>();
  /** Who has a task for itself alone, and how long without another word. */
  const held = new Map<string, { readonly fence: number; readonly runnerId: string; readonly untilMs: number; readonly begun: boolean }>();
  const done = new Map<string, { readonly fence: number; readonly output: string }>();
  const failedFences = new Set<number>();
  const failures = new Map<string, number>();
  const beyond = new Set<string>();
  const stopped = new Set<number>();
  const left = new Map<string, string>();
  const ended = new Set<string>();
  const gone = new Set<string>();
  for (const event of history) {
    switch (event.type) {
      case 'old leader':
        if (event.heeded) faults.push('A1: one that led before was given its grants');
        continue;
      case 'old driver':
        if (event.heeded) faults.push('S4: what one that drove before had planned was stored');
        continue;
      case 'joined':
      case 'stopped':
      case 'expired':
        continue;
      case 'left':
        gone.add(event.runnerId);
        for (const [name, { runnerId }] of held) if (runnerId === event.runnerId) held.delete(name);
        continue;
      case 'ended':
        ended.add(event.workspaceId);
        for (const name of held.keys()) if (name.startsWith(`${event.workspaceId}/`)) held.delete(name);
        continue;
      case 'cancelled': {
        const name = nameOf(event);
        const holder = held.get(name);
        if (event.answer !== 'stopped') {
          if (holder !== undefined && event.atMs <= holder.untilMs)
            faults.push(`B3a: ${name} runs under ${holder.fence} and was not stopped`);
          continue;
        }
        const fence = newest.get(name) ?? 0;
        if (!granted.has(fence) || stopped.has(fence) || failedFences.has(fence) || done.has(name) || ended.has(event.workspaceId))
          faults.push(`B3a: ${name} was stopped, of which nothing ran`);
        stopped.add(fence);
        held.delete(name);
        left.delete(name);
        continue;
      }
      case 'read': {
        const known = done.get(nameOf(event));
        if (known?.output !== event.output)
          faults.push(`W1: ${event.workspaceId} read ${event.output} of ${event.key}, of which it has ${known?.output ?? 'nothing'}`);
        continue;
      }
      case 'granted': {
        const { workspaceId, key, fence, runnerId, atMs } = event;
        const name = nameOf(event);
        const holder = held.get(name);
        if (holder !== undefined && atMs <= holder.untilMs)
          faults.push(`L3: ${name} was given away under ${fence} while ${holder.runnerId} had it under ${holder.fence}`);
        if (done.has(name)) faults.push(`${name} was done and was granted again (${fence})`);
        if (beyond.has(name)) faults.push(`F3: ${name} failed for good and was granted again (${fence})`);
        if (granted.has(fence) || fence <= Math.max(0, ...granted.keys())) faults.push(`L3: the fence ${fence} did not grow`);
        granted.set(fence, { workspaceId, key, runnerId });
        newest.set(name, fence);
        held.set(name, { fence, runnerId, untilMs: atMs + pickUpMs, begun: false });
        continue;
      }
    }
    const { key, fence, runnerId, atMs } = event;
    const grant = granted.get(fence);
    if (grant?.key !== key || grant.runnerId !== runnerId) {
      faults.push(`L5: ${event.type} of ${key} by ${fence}, which ${runnerId} was not given`);
      continue;
    }
    const name = nameOf(grant);
    // An end that is said again is acknowledged again; all else of an old fence is refused.
    const known = done.get(name);
    const repeats = event.type === 'completed' && known?.fence === fence;
    if (newest.get(name) !== fence && !repeats)
      faults.push(`L5: ${event.type} of ${name} was taken under ${fence} after ${newest.get(name)} was given`);
    if (stopped.has(fence)) faults.push(`B3a: ${event.type} of ${name} was taken under ${fence} after that was cancelled`);
    const isTold = event.type === 'renewed' || (event.type === 'leased' && held.get(name)?.begun === false);
    // What one that was replaced says of what it had is noted, and holds nothing.
    if (isTold && !gone.has(runnerId)) held.set(name, { fence, runnerId, untilMs: atMs + leaseMs, begun: true });
    if (event.type !== 'renewed' && event.type !== 'leased') held.delete(name);
    if (event.type === 'renewed' && known !== undefined) faults.push(`a lease on ${name} was renewed after it was done`);
    if (event.type === 'handed back') left.set(name, event.resume);
    if (event.type === 'leased' && event.resume !== (left.get(name) ?? null))
      faults.push(`L11: ${name} was begun with ${event.resume} under ${fence} after ${left.get(name) ?? 'nothing'} was left of it`);
    if (event.type === 'leased' && event.attempt !== 1 + (failures.get(name) ?? 0))
      faults.push(`F2: ${name} was begun as try ${event.attempt} under ${fence} after it failed ${failures.get(name) ?? 0} times`);
    if (event.type === 'failed') {
      left.delete(name);
      if (!failedFences.has(fence)) failures.set(name, 1 + (failures.get(name) ?? 0));
      if (known?.fence === fence) faults.push(`F1: ${name} both was done and failed under ${fence}`);
      failedFences.add(fence);
      if (!event.passes) beyond.add(name);
    }
    if (event.type !== 'completed') continue;
    if (failedFences.has(fence)) faults.push(`F1: ${name} both failed and was done under ${fence}`);
    if (known !== undefined && known.fence !== fence) faults.push(`${name} was done by ${known.fence} and by ${fence}`);
    if (known === undefined) done.set(name, { fence, output: event.output });
  }
  for (const task of end.tasks) {
    const { workspaceId, state, output } = task;
    const name = nameOf(task);
    const known = done.get(name);
    if (!ended.has(workspaceId) && state !== 'done' && state !== 'failed') faults.push(`${name} is lost: it is ${state} for ever`);
    if (known !== undefined && (state !== 'done' || output !== known.output))
      faults.push(`F1: ${name} was acknowledged and is ${state} with ${output}`);
    if (known === undefined && state === 'done') faults.push(`${name} is done, and nobody did it`);
  }
  return [...faults, ...checkPlaces(history), ...checkSpending({ spent: end.spent, granted, done })];
}
