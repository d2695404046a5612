import { defaultWorkspace, type OpenedRecords, openRecords } from '../../packages/records/src/index.ts';
import { completionOf, enqueue, many, offerOf, orderBuild, percentile, perSecond, submit } from './made-up.ts';
import { openRowBaselines, type RowBaselines } from './row-baselines.ts';
import { type Baselines, openBaselines } from './write-baselines.ts';

const tasks = 20_000;
const planned = 10_000;

/** Enqueueing, and pairs of a grant and a completion by two connections, beside what bare statements and claims one by one take in the same run. */
export async function measureWrites(connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  const baselines = await openBaselines(connectionString);
  const rows = await openRowBaselines(connectionString);
  try {
    await measureEnqueueing({ connectionString, records, rows });
    for (const batch of [50, 100, 200]) {
      const rates: Readonly<Record<'sent' | 'bare' | 'awaited', number[]>> = { sent: [], bare: [], awaited: [] };
      for (let round = 0; round < 5; round++) {
        const pairs = async (sent: number): Promise<number> => {
          const name = `pairs${batch}-${round}-${sent}-`;
          await enqueue(records, many(tasks, name));
          return pairsPerSecond({ connectionString, batch, name, sent });
        };
        rates.sent.push(await pairs(2));
        rates.bare.push(await baselines.bare({ count: tasks, batch }));
        rates.awaited.push(await pairs(1));
      }
      const [sent = 0, bare = 0, awaited = 0] = [rates.sent, rates.bare, rates.awaited].map((all) => percentile(all, 0.5));
      console.log(
        `batches of ${batch}, medians of five: ${sent} pairs/s by two connections (${rates.sent.join(', ')}); bare statements ${bare} (${rates.bare.join(', ')}); ` +
          `ratio ${(sent / bare).toFixed(2)}; ${awaited} where a gateway waits for each answer`,
      );
    }
    console.log(`claims one by one with SKIP LOCKED, two connections: ${await claims(baselines)} pairs/s`);
  } finally {
    await rows.close();
    await baselines.close();
    await records.close();
  }
}

type Enqueueing = {
  readonly connectionString: string;
  readonly records: OpenedRecords;
  readonly rows: RowBaselines;
};

/** Plans one after the other, and two at once by two connections, beside the bare rows of tasks and lines. */
async function measureEnqueueing({ connectionString, records, rows }: Enqueueing): Promise<void> {
  const second = await openRecords({ connectionString });
  try {
    const rates: Readonly<Record<'plan' | 'pair' | 'copied' | 'inserted', number[]>> = { plan: [], pair: [], copied: [], inserted: [] };
    for (let round = 0; round < 6; round++) {
      rates.plan.push(perSecond(planned, (await enqueue(records, many(planned, `warm${round}-`))).tookMs));
      const plans = await Promise.all(
        [records, second].map(async (of, at) => {
          const own = many(planned, `both${round}-${at}-`);
          return { of, own, buildId: await orderBuild(of, own[0]?.key ?? '') };
        }),
      );
      const startMs = performance.now();
      await Promise.all(plans.map(({ of, own, buildId }) => submit(of, { buildId, tasks: own })));
      rates.pair.push(perSecond(2 * planned, performance.now() - startMs));
      rates.copied.push(await rows.copied(planned));
      rates.inserted.push(await rows.inserted(planned));
    }
    console.log(`enqueue in plans of 10,000: ${rates.plan.join(', ')} tasks/s`);
    console.log(`two such plans at once by two connections: ${rates.pair.join(', ')} tasks/s`);
    console.log(
      `the bare rows of one by COPY: ${rates.copied.join(', ')} tasks/s; by inserts of 1,000: ${rates.inserted.join(', ')} tasks/s`,
    );
  } finally {
    await second.close();
  }
}

async function claims(baselines: Baselines): Promise<number> {
  return baselines.claims({ count: 2000, waiting: tasks });
}

type Pairs = { readonly connectionString: string; readonly batch: number; readonly name: string; readonly sent: number };

/** One connection grants, one completes what was granted, with so many batches sent before they are answered: a gateway sends two. */
async function pairsPerSecond({ connectionString, batch, name, sent }: Pairs): Promise<number> {
  const [leader, gateway] = [await openRecords({ connectionString }), await openRecords({ connectionString })];
  try {
    const epoch = await leader.takeLead();
    const { runnerId } = await leader.joinRunner(offerOf('bench', 1000));
    const keys = many(tasks, name).map(({ key }) => key);
    const given: { key: string; fence: number }[] = [];
    let waiting: (() => void)[] = [];
    let taken = 0;
    const startMs = performance.now();
    const wake = () => {
      for (const one of waiting) one();
      waiting = [];
    };
    const grant = async () => {
      for (let granted = 0; granted < tasks; granted += batch) {
        const grants = keys.slice(granted, granted + batch).map((key) => ({
          ...{ workspaceId: defaultWorkspace, key, runnerId, devices: [], expectedMs: 1000, reason: 'a slot is free' },
        }));
        const answer = await leader.grantTasks({ epoch, grants });
        if (answer?.given.length !== grants.length) throw new Error(`granted ${answer?.given.length} of ${grants.length}`);
        given.push(...answer.given);
        wake();
      }
    };
    const complete = async () => {
      while (taken < tasks) {
        const some = given.splice(0, batch);
        if (some.length === 0) {
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
          });
          continue;
        }
        taken += some.length;
        if (taken === tasks) wake();
        const answers = await gateway.completeTasks(some.map((lease) => ({ ...completionOf(lease), runnerId })));
        if (answers.some((answer) => answer !== 'done')) throw new Error('a completion was refused');
      }
    };
    await Promise.all([grant(), ...Array.from({ length: sent }, complete)]);
    return perSecond(tasks, performance.now() - startMs);
  } finally {
    await leader.close();
    await gateway.close();
  }
}
