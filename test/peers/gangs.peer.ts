import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../../apps/cli/src/drill/children-of.ts';
import { type Attempt, openRealPlatform, type RealPlatform } from '../../bench/fleet/real-platform.ts';
import { killHard, makeHome, removeHome } from '../journeys/platform-home.ts';
import { pretendGpus } from './pretend-gpus.ts';

// What a runner held that is gone waits for its lease to run out.
process.env.FILMWRIGHT_LEASE_MS = '10000';

const home = makeHome();
/** Two machines, each with a GPU by itself and three that reach each other. */
const machines = ['one', 'two'].map((name) => pretendGpus(join(home, name), { name, fabrics: [1, 3] }));
const fabrics = machines.map(({ ids }) => ids[1]?.join() ?? '');
let platform: RealPlatform;

before(async () => {
  platform = await openRealPlatform(2, { home, machines: machines.map(({ env }) => env) });
});
after(async () => {
  await platform?.close();
  await removeHome(home);
});

type Order = { readonly seed: number; readonly width: number; readonly durationMs: number; readonly gpus: number };
const submit = (order: Order): Promise<string> =>
  platform.submit({ title: `${order.width} of ${order.gpus} GPUs`, drill: { layers: 1, bytes: 100, ...order } });

/** A process that has a task, the GPUs that it sees, and the runner that it works for. */
type Seen = { readonly atMs: number; readonly pid: number; readonly runner: number; readonly devices: string };

/** Looks which processes work at one moment: what a task works with lies in a folder of its process's while it runs. */
function look(): readonly Seen[] {
  const work = join(home, 'work');
  const found = names(work).flatMap((name): (Omit<Seen, 'atMs'> & { readonly task: string })[] => {
    const [task] = names(join(work, name));
    const pid = Number(name);
    const [runner, devices] = [parentOf(pid), devicesOf(pid)];
    return task === undefined || runner === null || devices === null ? [] : [{ pid, runner, devices, task }];
  });
  const atMs = Date.now();
  // Those that ended meanwhile were not there together with those that began.
  return found.flatMap(({ task, ...one }) => (names(join(work, String(one.pid))).includes(task) ? [{ atMs, ...one }] : []));
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function devicesOf(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.find((line) => line.startsWith('CUDA_VISIBLE_DEVICES='))?.slice('CUDA_VISIBLE_DEVICES='.length) ?? '';
  } catch {
    return null;
  }
}

function parentOf(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? null : Number(parent);
  } catch {
    return null;
  }
}

/** Looks every 20 ms until told to end. */
function watch(): () => Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  let over = false;
  const looking = (async () => {
    for (; !over; await sleep(20)) seen.push(...look());
  })();
  return async () => {
    over = true;
    await looking;
    return seen;
  };
}

/** No GPU was in two hands at any moment, by the ledger and by what processes saw; each process saw exactly what was granted to its task. */
function assertApart(attempts: readonly Attempt[], seen: readonly Seen[]): void {
  for (const device of machines.flatMap(({ ids }) => ids.flat())) {
    const turns = attempts.filter(({ devices }) => devices.includes(device)).toSorted((a, b) => a.grantedMs - b.grantedMs);
    for (const [at, { grantedMs, key }] of turns.entries())
      assert.ok(at === 0 || grantedMs >= (turns[at - 1]?.endedMs ?? 0), `${device} went to ${key} before it was free`);
  }
  for (const atMs of new Set(seen.map((one) => one.atMs))) {
    const together = seen.filter((one) => one.atMs === atMs);
    const ids = together.flatMap(({ devices }) => devices.split(','));
    assert.equal(new Set(ids).size, ids.length, `processes shared a GPU: ${JSON.stringify(together)}`);
  }
  for (const { atMs, devices } of seen) {
    const granted = attempts.filter((one) => one.devices.toSorted().join() === devices.split(',').toSorted().join());
    const times = granted.map(({ grantedMs, endedMs, outcome }) => [grantedMs, endedMs, outcome]);
    assert.ok(
      granted.some(({ grantedMs, endedMs }) => grantedMs <= atMs + 1 && atMs <= endedMs + 1),
      `at ${atMs} a process saw ${devices}, which was granted at ${JSON.stringify(times)}`,
    );
  }
}

/** Each task was charged once, for every GPU that it had. */
async function assertCharged(builds: readonly string[], attempts: readonly Attempt[]): Promise<void> {
  for (const build of builds) {
    const { lost, rerun, wronglyCharged } = await platform.audit(build);
    assert.deepEqual({ lost, rerun, wronglyCharged }, { lost: [], rerun: [], wronglyCharged: [] });
  }
  for (const { outcome, gpuMs, ranMs, devices, deliveredMs, endedMs, key } of attempts) {
    const wanted = outcome === 'done' ? Math.min(ranMs, endedMs - deliveredMs) * devices.length : 0;
    assert.ok(Math.abs(gpuMs - wanted) < 1, `${key} (${outcome}) was charged ${gpuMs} ms of GPUs, wanted ${wanted}`);
  }
}

test('among a flood of tasks of one GPU those of three get all of a fabric to themselves, and neither waits for the end of the others', async () => {
  const ended = watch();
  const small = await Promise.all([1, 2].map((seed) => submit({ seed, width: 60, durationMs: 300, gpus: 1 })));
  // Every GPU is taken by then: three of them are idle at once only where they are kept for it.
  while ((await platform.underWay()).delivered < machines.flatMap(({ ids }) => ids.flat()).length) await sleep(20);
  const large = await submit({ seed: 3, width: 6, durationMs: 500, gpus: 3 });
  await Promise.all([...small, large].map(platform.ended));
  const seen = await ended();
  const attempts = await platform.ledger();
  assertApart(attempts, seen);
  await assertCharged([...small, large], attempts);
  const larges = attempts.filter(({ build }) => build === large);
  for (const { devices } of larges) assert.ok(fabrics.includes(devices.toSorted().join()), `${devices} are of two fabrics`);
  const smalls = attempts.filter(({ build }) => build !== large);
  assert.ok(smalls.every(({ devices }) => devices.length === 1));
  // They were asked for last, and go on among those that wait since before; the small ones go on meanwhile too.
  const [firstMs, lastMs] = [Math.min(...larges.map(({ grantedMs }) => grantedMs)), Math.max(...larges.map(({ grantedMs }) => grantedMs))];
  assert.ok(lastMs < Math.max(...smalls.map(({ grantedMs }) => grantedMs)), 'the large ones waited for the end of the small ones');
  assert.ok(
    smalls.some(({ grantedMs }) => firstMs < grantedMs && grantedMs < lastMs),
    'the small ones waited for the end of the large ones',
  );
});

test('a runner that is killed frees all GPUs of its task, which runs again elsewhere and is charged once', async () => {
  const ended = watch();
  const before = new Set((await platform.ledger()).map(({ fence }) => fence));
  const large = await submit({ seed: 10, width: 2, durationMs: 3000, gpus: 3 });
  const small = await submit({ seed: 11, width: 40, durationMs: 300, gpus: 1 });
  const victim = await (async () => {
    for (;;) {
      const seen = look().filter(({ devices }) => fabrics.includes(devices));
      if (seen.length > 0) return seen[0] as Seen;
      await sleep(20);
    }
  })();
  await sleep(300);
  const processes = childrenOf(victim.runner);
  // With what would start it again.
  killHard(parentOf(victim.runner) ?? assert.fail('nobody watches over the runner'));
  killHard(victim.runner);
  for (let looks = 0; processes.some((pid) => parentOf(pid) !== null); looks++) {
    assert.ok(looks < 100, 'what its tasks ran in is still there after two seconds');
    await sleep(20);
  }
  await Promise.all([large, small].map(platform.ended));
  const seen = await ended();
  const attempts = (await platform.ledger()).filter(({ fence }) => !before.has(fence));
  const larges = attempts.filter(({ build }) => build === large);
  assertApart(attempts, seen);
  await assertCharged([large, small], attempts);
  assert.deepEqual((await platform.audit(large)).attempts, { done: 3, lost: 1 });
  const [lost] = larges.filter(({ outcome }) => outcome === 'lost');
  assert.equal(lost?.devices.toSorted().join(), victim.devices);
  const [again] = larges.filter(({ key, outcome }) => key === lost?.key && outcome === 'done');
  assert.ok(again !== undefined && again.runnerId !== lost?.runnerId && again.devices.length === 3);
});
