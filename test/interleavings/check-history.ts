import type { ModelSpend } from './model-rows.ts';

/** What was said to the ledger and answered by it, in the order in which the ledger did it. */
export type HistoryEvent =
  | { readonly type: 'granted'; readonly key: string; readonly fence: number; readonly runnerId: string }
  | { readonly type: 'leased'; readonly key: string; readonly fence: number; readonly runnerId: string; readonly resume: string | null }
  | { readonly type: 'handed back'; readonly key: string; readonly fence: number; readonly runnerId: string; readonly resume: string }
  | { readonly type: 'renewed'; readonly key: string; readonly fence: number; readonly runnerId: string }
  | { readonly type: 'completed'; readonly key: string; readonly fence: number; readonly runnerId: string; readonly output: string }
  | { readonly type: 'failed'; readonly key: string; readonly fence: number; readonly runnerId: string }
  | { readonly type: 'old leader'; readonly granted: boolean };

/** How things are once nothing happens any more. */
export type EndState = {
  readonly tasks: readonly { readonly key: string; readonly state: string; readonly output: string | null }[];
  readonly spent: readonly ModelSpend[];
  readonly cancelled: boolean;
};

/** Every way in which a history and its end break what the ledger promises, each a sentence; none for a good one. Knows nothing of how the ledger works. */
export function checkHistory(history: readonly HistoryEvent[], end: EndState): readonly string[] {
  const faults: string[] = [];
  const granted = new Map<number, { readonly key: string; readonly runnerId: string }>();
  const newest = new Map<string, number>();
  const done = new Map<string, { readonly fence: number; readonly output: string }>();
  const failedFences = new Set<number>();
  const left = new Map<string, string>();
  for (const event of history) {
    if (event.type === 'old leader') {
      if (event.granted) faults.push('A1: one that led before was given its grants');
      continue;
    }
    const { key, fence, runnerId } = event;
    if (event.type === 'granted') {
      if (done.has(key)) faults.push(`${key} was done and was granted again (${fence})`);
      if (granted.has(fence) || fence <= Math.max(0, ...granted.keys())) faults.push(`L3: the fence ${fence} did not grow`);
      granted.set(fence, { key, runnerId });
      newest.set(key, fence);
      continue;
    }
    const grant = granted.get(fence);
    if (grant?.key !== key || grant.runnerId !== runnerId)
      faults.push(`L5: ${event.type} of ${key} by ${fence}, which ${runnerId} was not given`);
    // An end that is said again is acknowledged again; all else of an old fence is refused.
    const known = done.get(key);
    const repeats = event.type === 'completed' && known?.fence === fence;
    if (newest.get(key) !== fence && !repeats)
      faults.push(`L5: ${event.type} of ${key} was taken under ${fence} after ${newest.get(key)} was given`);
    if (event.type === 'renewed' && known !== undefined) faults.push(`a lease on ${key} was renewed after it was done`);
    if (event.type === 'handed back') left.set(key, event.resume);
    if (event.type === 'leased' && event.resume !== (left.get(key) ?? null))
      faults.push(`L11: ${key} was begun with ${event.resume} under ${fence} after ${left.get(key) ?? 'nothing'} was left of it`);
    if (event.type === 'failed') {
      left.delete(key);
      if (known?.fence === fence) faults.push(`F1: ${key} both was done and failed under ${fence}`);
      failedFences.add(fence);
    }
    if (event.type !== 'completed') continue;
    if (failedFences.has(fence)) faults.push(`F1: ${key} both failed and was done under ${fence}`);
    if (known !== undefined && known.fence !== fence) faults.push(`${key} was done by ${known.fence} and by ${fence}`);
    if (known === undefined) done.set(key, { fence, output: event.output });
  }
  for (const { key, state, output } of end.tasks) {
    const known = done.get(key);
    if (!end.cancelled && state !== 'done' && state !== 'failed') faults.push(`${key} is lost: it is ${state} for ever`);
    if (known !== undefined && (state !== 'done' || output !== known.output))
      faults.push(`F1: ${key} was acknowledged and is ${state} with ${output}`);
    if (known === undefined && state === 'done') faults.push(`${key} is done, and nobody did it`);
  }
  return [...faults, ...checkSpending({ spent: end.spent, granted, done })];
}

type Spending = {
  readonly spent: readonly ModelSpend[];
  readonly granted: ReadonlyMap<number, { readonly key: string }>;
  readonly done: ReadonlyMap<string, { readonly fence: number }>;
};

/** Each attempt is reserved once; that which did the task is charged once; every other is given back once. */
function checkSpending({ spent, granted, done }: Spending): readonly string[] {
  const count = new Map<string, number>();
  for (const { fence, kind } of spent) count.set(`${kind} ${fence}`, (count.get(`${kind} ${fence}`) ?? 0) + 1);
  const faults: string[] = [];
  for (const [fence, { key }] of granted) {
    const [reserves = 0, settles = 0, refunds = 0] = ['reserve', 'settle', 'refund'].map((kind) => count.get(`${kind} ${fence}`) ?? 0);
    const did = done.get(key)?.fence === fence;
    if (reserves !== 1) faults.push(`D1: ${key} reserved ${reserves} times under ${fence}`);
    if (settles !== (did ? 1 : 0)) faults.push(`D2: ${key} charged ${settles} times under ${fence}`);
    if (did ? refunds > 1 : refunds !== 1) faults.push(`D1: ${key} given back ${refunds} times under ${fence}`);
  }
  return faults;
}
