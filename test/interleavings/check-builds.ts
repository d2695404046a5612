import type { HistoryEvent } from './check-history.ts';
import { forget, type Known } from './known.ts';
import { type ModelId, nameOf } from './model-rows.ts';

type BuildEvent = Extract<HistoryEvent, { readonly type: 'planned' | 'ended' | 'cancelled' | 'swept' | 'put back' }>;

/** How what builds and people say of tasks, as event `at` of a history, breaks what the ledger promises; notes what follows of it. */
export function checkBuilds(known: Known, event: BuildEvent, at: number): readonly string[] {
  switch (event.type) {
    case 'planned':
      for (const key of event.keys) if (!known.listings.lists(event.buildId, key)) known.listedAt.set(lineOf(event, key), at);
      return [...checkAnew(known, event), ...drop(known, event)];
    case 'ended':
      return [...checkSuccess(known, event), ...checkFailed(known, event), ...drop(known, event)];
    case 'cancelled':
      return checkCancel(known, event);
    case 'swept':
      known.swept.add(nameOf(event));
      return checkSwept(known, event);
    case 'put back':
      forget(known, { name: nameOf(event), why: 'it was put back' });
      return [];
  }
}

function checkAnew(known: Known, { buildId, workspaceId, anew }: Extract<BuildEvent, { readonly type: 'planned' }>): readonly string[] {
  return anew.flatMap((key) => {
    const name = nameOf({ workspaceId, key });
    const ranFor = known.granted.get(known.newest.get(name) ?? 0)?.buildId;
    forget(known, { name, why: 'it was tried anew' });
    return ranFor === buildId ? [`S3: ${name} was tried anew for ${buildId}, which it had failed`] : [];
  });
}

function checkSuccess({ done, swept }: Known, event: Extract<BuildEvent, { readonly type: 'ended' }>): readonly string[] {
  const { buildId, workspaceId, keys, state } = event;
  if (state !== 'succeeded') return [];
  const names = keys.map((key) => nameOf({ workspaceId, key }));
  return names.flatMap((name) => {
    if (!done.has(name)) return [`B2: ${buildId} succeeded without ${name}`];
    return swept.has(name) ? [`R2: ${buildId} succeeded with ${name}, whose asset is gone`] : [];
  });
}

function checkSwept({ listings }: Known, task: ModelId): readonly string[] {
  const wanting = listings.wanting(task);
  return wanting === null ? [] : [`G3: what ${nameOf(task)} made was swept while ${wanting} ran`];
}

/** A build fails by what failed while it wanted that, and not by what an earlier one left behind. */
function checkFailed({ listings, listedAt, troubledAt }: Known, event: Extract<BuildEvent, { readonly type: 'ended' }>): readonly string[] {
  const { buildId, workspaceId, state } = event;
  const troubled = (key: string): boolean => (troubledAt.get(nameOf({ workspaceId, key })) ?? -1) > (listedAt.get(lineOf(event, key)) ?? 0);
  return state !== 'failed' || listings.keysOf(buildId).some(troubled)
    ? []
    : [`S3, F2, F4: ${buildId} failed by what had failed before it, or was to be tried again`];
}

const lineOf = ({ buildId }: { readonly buildId: string }, key: string): string => `${buildId} ${key}`;

/** What no build wants any more, and runs, is stale from now on. */
function drop({ listings, held, ranOut, stale }: Known, event: BuildEvent): readonly string[] {
  for (const name of listings.note(event)) {
    const fence = held.get(name)?.fence;
    if (fence !== undefined && !ranOut.has(fence)) stale.set(fence, 'no build wanted it any more');
    held.delete(name);
  }
  return [];
}

function checkCancel(known: Known, event: Extract<BuildEvent, { readonly type: 'cancelled' }>): readonly string[] {
  const { buildId, key, answer, atMs } = event;
  const name = nameOf(event);
  const isListed = known.listings.lists(buildId, key);
  if ((answer === 'absent') === isListed) return [`B3a: a cancel of ${name} for ${buildId} was answered ${answer}`];
  const holder = known.held.get(name);
  if (answer !== 'stopped') {
    const runs = isListed && holder !== undefined && atMs <= holder.untilMs;
    return runs ? [`B3a: ${name} runs under ${holder.fence} and was not stopped`] : [];
  }
  const fence = known.newest.get(name) ?? 0;
  const ran = known.granted.has(fence) && !known.stale.has(fence) && !known.failedFences.has(fence) && !known.done.has(name);
  known.stale.set(fence, 'that was cancelled');
  known.held.delete(name);
  known.left.delete(name);
  return ran ? [] : [`B3a: ${name} was stopped, of which nothing ran`];
}

/** Of a granted task: that a build wants it, and that it is done for the most pressing of them. */
export function checkWanted({ listings }: Known, event: ModelId & { readonly fence: number; readonly buildId: string }): readonly string[] {
  const wanting = listings.wanting(event);
  if (wanting === null) return [`B3: ${nameOf(event)} was granted under ${event.fence}, which no build wants`];
  return wanting === event.buildId
    ? []
    : [`L2: ${nameOf(event)} was granted for ${event.buildId} while ${wanting} is the most pressing that wants it`];
}
