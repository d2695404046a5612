import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from '../../packages/client/src/index.ts';
import { taskKinds } from '../../packages/contracts/src/index.ts';
import { told } from './bare-statements.ts';
import { offerOf } from './made-up.ts';
import { ownRoot, startPart } from './role-parts.ts';

const rates = [50, 100, 200, 300];
const seconds = 10;
const pool = 'orders';
const token = 'token-of-the-bench';

/**
 * Builds of two tasks ordered over HTTP at a fixed rate, while there is room for all: through gateway, planner, ledger and scheduler of a platform, from
 * the instant at which each is due to come to the grant of its first task. Runners are names that stand still, so that builds pile up.
 */
export async function measureOrders(connectionString: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-order-bench-'));
  const env = {
    ...process.env,
    ...{ DATABASE_URL: connectionString, FILMWRIGHT_HOME: home, FILMWRIGHT_LOG_LEVEL: 'error' },
    ...{ FILMWRIGHT_TOKEN: token, FILMWRIGHT_RUNNER_TOKEN: `runner-${token}`, FILMWRIGHT_SIGNING_KEY: `signing-${token}` },
  };
  const platform = await startPart({ root: ownRoot, args: ['serve', '--roles', 'gateway,controller', '--port', '0'], env });
  const sql = new pg.Client({ connectionString });
  await sql.connect();
  try {
    const url = /https?:\/\/[\w.:]+/.exec(platform.text())?.[0] ?? '';
    const client = createClient({ url, token });
    const runners = createClient({ url, token: `runner-${token}` });
    for (const perSecond of rates) {
      const drill = await client.createDrill({ pool });
      const offer = { ...offerOf('', 100), kinds: ['drill' as const], versions: { drill: taskKinds.drill.version }, pool };
      for (let at = 0; at < 100; at++) await runners.joinRunner({ ...offer, name: `${pool}-${at}` });
      await sleep(2000);
      const count = perSecond * seconds;
      const dueMs = new Map<string, number>();
      const answerMs: number[] = [];
      const startMs = Date.now();
      const order = async (at: number, due: number): Promise<void> => {
        const work = { seed: perSecond * 100_000 + at, layers: 1, width: 1, durationMs: 60_000, bytes: 1000 };
        const { id } = await client.createDrillBuild({ id: drill.id, document: { title: `order ${at}`, drill: work } });
        answerMs.push(Date.now() - due);
        dueMs.set(id, due);
      };
      const under: Promise<void>[] = [];
      for (let at = 0; at < count; at++) {
        const due = startMs + (at * 1000) / perSecond;
        while (Date.now() < due) await sleep(1);
        under.push(order(at, due));
      }
      await Promise.all(under);
      await sleep(3000);
      const { rows } = await sql.query<{ build: string; atMs: number }>(
        `select build_id as build, (extract(epoch from min(started_at)) * 1000)::float8 as "atMs" from attempt where workspace_id = $1 group by build_id`,
        [drill.id],
      );
      const waits = rows.flatMap(({ build, atMs }) => atMs - (dueMs.get(build) ?? Number.NaN));
      console.log(
        `${perSecond} orders/s over HTTP: ${rows.length} of ${count} assigned within 3 s of the last, ${told(waits, 0.99)}; answered ${told(answerMs, 0.99)}`,
      );
      await client.removeDrill(drill.id);
    }
  } finally {
    await sql.end();
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  }
}
