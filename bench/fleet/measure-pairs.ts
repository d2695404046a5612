import { openRecords } from '../../packages/records/src/index.ts';
import { createChannel } from './channel.ts';
import { completionOf, enqueue, grantOf, many, offerOf, percentile, perSecond } from './made-up.ts';
import { openBaselines } from './write-baselines.ts';

const tasks = 20_000;
const claimed = 2000;
const rounds = 3;

/** Pairs of a grant and a completion by two connections, beside what bare statements and claims one by one take in the same run. */
export async function measurePairs(connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  const baselines = await openBaselines(connectionString);
  try {
    for (const batch of [50, 100, 200]) {
      const rates: Readonly<Record<'sent' | 'bare' | 'awaited', number[]>> = { sent: [], bare: [], awaited: [] };
      for (let round = 0; round < rounds; round++) {
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
        `batches of ${batch}: median ${sent} pairs/s by two connections (${rates.sent.join(', ')}); bare statements ${bare} (${rates.bare.join(', ')}); ` +
          `ratio ${(sent / bare).toFixed(2)}; ${awaited} where a gateway waits for each answer`,
      );
    }
    console.log(
      `claims one by one with SKIP LOCKED, two connections: ${await baselines.claims({ count: claimed, waiting: tasks })} pairs/s`,
    );
  } finally {
    await baselines.close();
    await records.close();
  }
}

type Pairs = { readonly connectionString: string; readonly batch: number; readonly name: string; readonly sent: number };

/** One connection grants, one completes what was granted, with so many batches sent before they are answered: a gateway sends two. */
async function pairsPerSecond({ connectionString, batch, name, sent }: Pairs): Promise<number> {
  const [leader, gateway] = [await openRecords({ connectionString }), await openRecords({ connectionString })];
  try {
    const epoch = await leader.takeLead();
    const { runnerId } = await leader.joinRunner(offerOf('bench', 1000));
    const keys = many(tasks, name).map(({ key }) => key);
    const given = createChannel<readonly { readonly key: string; readonly fence: number }[]>();
    const startMs = performance.now();
    const grant = async () => {
      for (let granted = 0; granted < tasks; granted += batch) {
        const grants = keys.slice(granted, granted + batch).map((key) => grantOf({ key, runnerId }));
        const answer = await leader.grantTasks({ epoch, grants });
        if (answer?.given.length !== grants.length) throw new Error(`granted ${answer?.given.length} of ${grants.length}`);
        given.put(answer.given);
      }
      given.close();
    };
    const complete = async () => {
      for (let some = await given.take(); some !== null; some = await given.take()) {
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
