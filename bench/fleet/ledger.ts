// The ledger of many runners on the PostgreSQL that the platform starts: node bench/fleet/ledger.ts [part ...], parts are plan, pair, chain, renew, wait, submit, order.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../packages/records/src/embedded/start-postgres.ts';
import { measureChains } from './measure-chains.ts';
import { measureOrders } from './measure-orders.ts';
import { measurePairs } from './measure-pairs.ts';
import { measurePlans } from './measure-plans.ts';
import { measureRenewals } from './measure-renewals.ts';
import { measureSubmissions } from './measure-submissions.ts';
import { measureWaits } from './measure-waits.ts';

const parts = {
  plan: measurePlans,
  pair: measurePairs,
  chain: measureChains,
  renew: measureRenewals,
  wait: measureWaits,
  submit: measureSubmissions,
  order: measureOrders,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. Wanted some of ${Object.keys(parts).join(', ')}.`);

for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const home = await mkdtemp(join(tmpdir(), 'filmwright-ledger-bench-'));
  // PostgreSQL runs as another user where root starts it.
  await chmod(home, 0o755);
  const database = await startPostgres({ home });
  try {
    await measure(database.connectionString);
  } finally {
    await database.stop();
    await rm(home, { recursive: true, force: true });
  }
}
