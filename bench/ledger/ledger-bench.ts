// The task ledger on the PostgreSQL that the platform starts: node bench/ledger/ledger-bench.ts
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lease, RunnerOffer, Task } from '../../packages/contracts/src/index.ts';
import { startPostgres } from '../../packages/records/src/embedded/start-postgres.ts';
import { defaultWorkspace, openRecords, type Records } from '../../packages/records/src/index.ts';

const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;
const offer: RunnerOffer = { name: 'bench', pid: 1, slots: 8, kinds: ['encode'], toolchain: {}, voices: [], models: [], fonts: [] };
const batch = 50;
const pairs = Number(process.argv[2] ?? 1500);
const leaseMs = 60_000;

const keyOf = (text: string) => `sha256-${Buffer.from(text).toString('hex').padStart(64, '0')}`;
/** A task with a payload of a thousand characters, about what a span brings. */
const taskOf = (text: string, kind = 'encode') =>
  ({
    key: keyOf(text),
    kind,
    version: 1,
    toolchain: '',
    payload: { text: 'x'.repeat(1000) },
    inputs: [],
    estimateMs: 1000,
  }) as unknown as Task;
const rowOf = (task: Task) => ({ address: task.key, kind: task.kind, key: task.key, estimateMs: task.estimateMs, reused: false });

async function timed(what: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await what();
  return performance.now() - startMs;
}

async function enqueue(records: Records, tasks: readonly Task[]): Promise<{ readonly buildId: string; readonly tookMs: number }> {
  const document = { bench: tasks[0]?.key };
  const build = await records.createBuild({
    workspaceId: defaultWorkspace,
    title: 'bench',
    document,
    files: {},
    purpose: 'make',
    atMs: null,
  });
  const plan = { buildId: build.id, rows: tasks.map(rowOf), ready: tasks, progress };
  return { buildId: build.id, tookMs: await timed(() => records.savePlan(plan)) };
}

/** Leases and completes so many tasks, `max` at a time, the completions of a batch beside each other. */
async function work({ records, runnerId, max }: { readonly records: Records; readonly runnerId: string; readonly max: number }) {
  for (let done = 0; done < pairs; ) {
    const leases = await records.leaseTasks({ runnerId, max: Math.min(max, pairs - done), leaseMs });
    if (leases.length === 0) throw new Error(`nothing to lease after ${done} of ${pairs}`);
    const complete = ({ task, fence }: Lease) =>
      records.completeTask({ runnerId, key: task.key, fence, output: { ok: true }, assets: [], wallMs: 1, cpuMs: 1 });
    await Promise.all(leases.map(complete));
    done += leases.length;
  }
}

const perSecond = (count: number, tookMs: number) => Math.round((count * 1000) / tookMs);
const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => taskOf(`${name}${at}`));

const home = await mkdtemp(join(tmpdir(), 'filmwright-ledger-bench-'));
await chmod(home, 0o755);
const database = await startPostgres({ home });
try {
  const records = await openRecords(database);
  const { runnerId } = await records.joinRunner(offer);
  const film = many(10_000, 'film');
  const first = await enqueue(records, film);
  console.log(`plan of 10,000 tasks stored: ${Math.round(first.tookMs)} ms, ${perSecond(10_000, first.tookMs)} rows/s`);
  const plan = { buildId: first.buildId, rows: film.map(rowOf), ready: [], progress };
  console.log(`the same plan again: ${Math.round(await timed(() => records.savePlan(plan)))} ms`);
  const one = plan.rows.map((row, at) => (at === 5000 ? { ...row, reused: true } : row));
  console.log(`the same plan with one row changed: ${Math.round(await timed(() => records.savePlan({ ...plan, rows: one })))} ms`);
  const keys = film.map((task) => task.key);
  console.log(`results of 10,000 keys: ${Math.round(await timed(() => records.results(keys)))} ms`);

  const single: number[] = [];
  const batched: number[] = [];
  for (let round = 0; round < 2; round++) {
    single.push(await timed(() => work({ records, runnerId, max: 1 })));
    batched.push(await timed(() => work({ records, runnerId, max: batch })));
  }
  const [singleMs, batchedMs] = [Math.min(...single), Math.min(...batched)];
  console.log(`lease and complete one by one: ${perSecond(pairs, singleMs)} pairs/s`);
  console.log(`lease and complete in batches of ${batch}: ${perSecond(pairs, batchedMs)} pairs/s`);
  console.log(`ratio, batches to one by one: ${(singleMs / batchedMs).toFixed(2)}`);

  const held: Lease[] = [];
  while (held.length < 2000) held.push(...(await records.leaseTasks({ runnerId, max: 200, leaseMs })));
  const leases = held.slice(0, 2000).map(({ task, fence }) => ({ key: task.key, fence, percent: 50 }));
  const renewMs: number[] = [];
  for (let round = 0; round < 5; round++) renewMs.push(await timed(() => records.renewLeases({ runnerId, leases, leaseMs })));
  console.log(`renewal of 2000 leases: ${Math.round(renewMs.toSorted((a, b) => a - b)[2] ?? Number.NaN)} ms`);
  console.log(`cancelling with ${held.length} leased tasks: ${Math.round(await timed(() => records.cancelBuild(first.buildId)))} ms`);

  for (let part = 0; part < 10; part++) await enqueue(records, many(10_000, `wait${part}-`));
  const leaseOf = async (id: string) => {
    const times: number[] = [];
    for (let round = 0; round < 9; round++) times.push(await timed(() => records.leaseTasks({ runnerId: id, max: 10, leaseMs })));
    return (times.toSorted((a, b) => a - b)[4] ?? Number.NaN).toFixed(1);
  };
  console.log(`lease of 10 among 100,000 waiting: ${await leaseOf(runnerId)} ms`);
  const other = await records.joinRunner({ ...offer, name: 'other', kinds: ['speak'] });
  console.log(`lease that finds none of its kind among 100,000 waiting: ${await leaseOf(other.runnerId)} ms`);
  await records.close();
} finally {
  await database.stop();
  await rm(home, { recursive: true, force: true });
}
