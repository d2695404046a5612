import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openRecords } from '../../packages/records/src/index.ts';
import { bareSubmissions, told } from './bare-statements.ts';
import { offerOf, orderBuild, submit, taskOf } from './made-up.ts';
import { schedule } from './schedule.ts';

const perSecond = 300;
const seconds = 10;

/** Plans of one task each, for builds that were ordered before, at a fixed rate and while there is room for all: from the instant at which each is due to come to its grant. */
export async function measureSubmissions(connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  const submitter = await openRecords({ connectionString });
  const client = new pg.Client({ connectionString });
  await client.connect();
  const stop = await schedule(records);
  try {
    for (let runner = 0; runner < 100; runner++) await records.joinRunner(offerOf(`bench-${runner}`, 100));
    const builds: string[] = [];
    for (let at = 0; at < perSecond * seconds; at++) builds.push(await orderBuild(submitter, `submit${at}`));
    await sleep(1000);
    const dueMs = new Map<string, number>();
    const startMs = Date.now();
    const under: Promise<unknown>[] = [];
    for (let at = 0; at < perSecond * seconds; at++) {
      const task = taskOf(`submit${at}`);
      const due = startMs + (at * 1000) / perSecond;
      while (Date.now() < due) await sleep(1);
      dueMs.set(task.key, due);
      under.push(submit(submitter, { buildId: builds[at] ?? '', tasks: [task] }));
    }
    await Promise.all(under);
    await sleep(2000);
    const { rows } = await client.query<{ key: string; at_ms: number }>(
      'select key, min(extract(epoch from started_at) * 1000)::float8 as at_ms from attempt group by key',
    );
    const waits = rows.map(({ key, at_ms }) => at_ms - (dueMs.get(key) ?? Number.NaN));
    const bare = await bareSubmissions(connectionString, { count: perSecond * seconds, perSecond });
    console.log(
      `${perSecond} submissions/s: ${rows.length} of ${dueMs.size} assigned, ${told(waits, 0.99)}; bare transactions of two rows, committed, ${told(bare, 0.99)}`,
    );
  } finally {
    await stop();
    await client.end();
    await submitter.close();
    await records.close();
  }
}
