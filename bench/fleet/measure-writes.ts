import { defaultWorkspace, openRecords } from '../../packages/records/src/index.ts';
import { completionOf, enqueue, many, offerOf, percentile, perSecond } from './made-up.ts';
import { type Baselines, openBaselines } from './write-baselines.ts';

const tasks = 20_000;
const leaseMs = 60_000;

/** Enqueueing, and pairs of a grant and a completion by two connections, beside what bare statements and claims one by one take in the same run. */
export async function measureWrites(connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  const baselines = await openBaselines(connectionString);
  try {
    const rates: number[] = [];
    for (let round = 0; round < 5; round++) rates.push(perSecond(10_000, (await enqueue(records, many(10_000, `warm${round}-`))).tookMs));
    console.log(`enqueue in plans of 10,000: ${rates.join(', ')} tasks/s`);
    for (const batch of [50, 100, 200]) {
      await enqueue(records, many(tasks, `pairs${batch}-`));
      const pairs = await pairsPerSecond({ connectionString, batch, name: `pairs${batch}-` });
      const bare = await baselines.bare({ count: tasks, batch });
      console.log(`batches of ${batch}: ${pairs} pairs/s; bare statements ${bare} pairs/s; ratio ${(pairs / bare).toFixed(2)}`);
    }
    console.log(`claims one by one with SKIP LOCKED, two connections: ${await claims(baselines)} pairs/s`);
  } finally {
    await baselines.close();
    await records.close();
  }
}

async function claims(baselines: Baselines): Promise<number> {
  return baselines.claims({ count: 2000, waiting: tasks });
}

/** One connection grants, the other completes what was granted. */
async function pairsPerSecond({
  connectionString,
  batch,
  name,
}: {
  connectionString: string;
  batch: number;
  name: string;
}): Promise<number> {
  const [leader, gateway] = [await openRecords({ connectionString }), await openRecords({ connectionString })];
  try {
    const epoch = await leader.takeLead();
    const { runnerId } = await leader.joinRunner(offerOf('bench', 1000));
    const keys = many(tasks, name).map(({ key }) => key);
    const given: { key: string; fence: number }[] = [];
    let granted = 0;
    let completed = 0;
    let wake = () => {};
    const startMs = performance.now();
    const grant = async () => {
      while (granted < tasks) {
        const grants = keys.slice(granted, granted + batch).map((key) => ({
          ...{ workspaceId: defaultWorkspace, key, runnerId, devices: [], expectedMs: 1000, reason: 'a slot is free' },
        }));
        const answer = await leader.grantTasks({ epoch, grants });
        if (answer?.given.length !== grants.length) throw new Error(`granted ${answer?.given.length} of ${grants.length}`);
        given.push(...answer.given);
        granted += grants.length;
        wake();
      }
    };
    const complete = async () => {
      while (completed < tasks) {
        const some = given.splice(0, batch);
        if (some.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const answers = await gateway.completeTasks(some.map((lease) => ({ ...completionOf(lease), runnerId })));
        if (answers.some((answer) => answer !== 'done')) throw new Error('a completion was refused');
        completed += some.length;
      }
    };
    await Promise.all([grant(), complete()]);
    return perSecond(tasks, performance.now() - startMs);
  } finally {
    await leader.close();
    await gateway.close();
  }
}

/** Renewing 2,000 leases in one statement. */
export async function measureRenewals(connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  try {
    await enqueue(records, many(20_000, 'renew'));
    const epoch = await records.takeLead();
    const { runnerId } = await records.joinRunner(offerOf('bench', 2000));
    const keys = many(2000, 'renew').map(({ key }) => key);
    const grants = keys.map((key) => ({
      workspaceId: defaultWorkspace,
      key,
      runnerId,
      devices: [],
      expectedMs: 1,
      reason: 'a slot is free',
    }));
    const answer = await records.grantTasks({ epoch, grants });
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      const leases = (answer?.given ?? []).map(({ key, fence }) => ({ key, fence, percent: round }));
      const startMs = performance.now();
      const stale = await records.renewLeases({ runnerId, leases, leaseMs });
      times.push(performance.now() - startMs);
      if (stale.length > 0) throw new Error(`${stale.length} leases are stale`);
    }
    console.log(`renewal of 2,000 leases: p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms`);
  } finally {
    await records.close();
  }
}
