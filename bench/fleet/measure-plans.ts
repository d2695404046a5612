import { openRecords } from '../../packages/records/src/index.ts';
import { enqueue, many, orderBuild, percentile, perSecond, submit } from './made-up.ts';
import { openRowBaselines } from './row-baselines.ts';

const planned = 10_000;
const rounds = 7;

/** Plans one after the other, and two at once by two connections, beside the bare rows of tasks and lines. */
export async function measurePlans(connectionString: string): Promise<void> {
  const [records, second] = [await openRecords({ connectionString }), await openRecords({ connectionString })];
  const rows = await openRowBaselines(connectionString);
  try {
    const rates: Readonly<Record<'plan' | 'pair' | 'copied' | 'inserted', number[]>> = { plan: [], pair: [], copied: [], inserted: [] };
    for (let round = 0; round < rounds; round++) {
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
    const names = {
      plan: `plans of ${planned} tasks`,
      pair: 'two such plans at once by two connections',
      copied: 'the bare rows of one by COPY',
      inserted: 'the bare rows by inserts of 1,000',
    } as const;
    for (const [way, name] of Object.entries(names) as [keyof typeof names, string][])
      console.log(`${name}: median ${percentile(rates[way], 0.5)} tasks/s (${rates[way].join(', ')})`);
  } finally {
    await rows.close();
    await second.close();
    await records.close();
  }
}
