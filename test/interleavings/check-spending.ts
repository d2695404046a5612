import { type ModelSpend, nameOf } from './model-rows.ts';

type Spending = {
  readonly spent: readonly ModelSpend[];
  /** What each fence was given for. */
  readonly granted: ReadonlyMap<number, { readonly workspaceId: string; readonly key: string; readonly buildId: string }>;
  /** Fences that did a task. */
  readonly did: ReadonlySet<number>;
};

/** Each attempt is reserved once; that which did the task is charged once; every other is given back once; all by the workspace whose task it is, and for the build that it was granted for. */
export function checkSpending({ spent, granted, did }: Spending): readonly string[] {
  const count = new Map<string, number>();
  const faults: string[] = [];
  for (const { workspaceId, buildId, fence, kind } of spent) {
    count.set(`${kind} ${fence}`, (count.get(`${kind} ${fence}`) ?? 0) + 1);
    const { workspaceId: owner, buildId: payer } = granted.get(fence) ?? {};
    if (payer !== buildId) faults.push(`Q3: the ${kind} of ${fence}, which was granted for ${payer}, stands with ${buildId}`);
    if (owner !== workspaceId) faults.push(`W1: the ${kind} of ${fence}, which ${owner} was given, stands with ${workspaceId}`);
  }
  for (const [fence, task] of granted) {
    const [reserves = 0, settles = 0, refunds = 0] = ['reserve', 'settle', 'refund'].map((kind) => count.get(`${kind} ${fence}`) ?? 0);
    const name = nameOf(task);
    const isDone = did.has(fence);
    if (reserves !== 1) faults.push(`D1: ${name} reserved ${reserves} times under ${fence}`);
    if (settles !== (isDone ? 1 : 0)) faults.push(`D2: ${name} charged ${settles} times under ${fence}`);
    if (isDone ? refunds > 1 : refunds !== 1) faults.push(`D1: ${name} given back ${refunds} times under ${fence}`);
  }
  return faults;
}
