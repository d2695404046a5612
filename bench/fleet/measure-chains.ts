import { openRecords } from '../../packages/records/src/index.ts';
import { createChannel } from './channel.ts';
import { completionOf, grantOf, many, offerOf, orderBuild, percentile, perSecond, submit } from './made-up.ts';

const tasks = 20_000;
const layers = 4;
const rounds = 3;

type Layer = { readonly build: number; readonly at: number };

/**
 * Pairs of a grant and a completion of builds whose tasks await others, a batch those of the batch before it: what comes next gets its keys from what was
 * made, so a plan stores it then, by a third connection. Three of four tasks are planned so while it is measured.
 */
export async function measureChains(connectionString: string): Promise<void> {
  for (const batch of [50, 100, 200]) {
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) rates.push(await chained({ connectionString, batch, name: `chain${batch}-${round}-` }));
    console.log(
      `batches of ${batch}, each planned once the one before it is done: median ${percentile(rates, 0.5)} pairs/s (${rates.join(', ')})`,
    );
  }
}

type Chained = { readonly connectionString: string; readonly batch: number; readonly name: string };

async function chained({ connectionString, batch, name }: Chained): Promise<number> {
  const [leader, gateway, planner] = await Promise.all([1, 2, 3].map(() => openRecords({ connectionString })));
  if (leader === undefined || gateway === undefined || planner === undefined) throw new Error('three connections are opened');
  try {
    const epoch = await leader.takeLead();
    const { runnerId } = await leader.joinRunner(offerOf('bench', 1000));
    const count = tasks / (layers * batch);
    const wanted = Array.from({ length: count }, (_, build) => many(layers * batch, `${name}${build}-`));
    const builds = await Promise.all(wanted.map((all) => orderBuild(planner, all[0]?.key ?? '')));
    const [ready, given, ended] = [
      createChannel<Layer>(),
      createChannel<Layer & { readonly fences: readonly number[] }>(),
      createChannel<Layer>(),
    ];
    const ofLayer = ({ build, at }: Layer) => (wanted[build] ?? []).slice(at * batch, (at + 1) * batch);
    const plan = async (layer: Layer): Promise<void> => {
      const { build, at } = layer;
      const known = (wanted[build] ?? []).map((task, index) => ({ task, isKnown: index < (at + 1) * batch }));
      await submit(planner, { buildId: builds[build] ?? '', tasks: ofLayer(layer), lines: known });
      ready.put(layer);
    };
    for (let build = 0; build < count; build++) await plan({ build, at: 0 });
    let left = tasks;
    const startMs = performance.now();
    const grants = async (): Promise<void> => {
      for (let layer = await ready.take(); layer !== null; layer = await ready.take()) {
        const some = ofLayer(layer).map(({ key }) => grantOf({ key, runnerId }));
        const answer = await leader.grantTasks({ epoch, grants: some });
        if (answer?.given.length !== batch) throw new Error(`granted ${answer?.given.length} of ${batch}`);
        given.put({ ...layer, fences: answer.given.map(({ fence }) => fence) });
      }
    };
    const completes = async (): Promise<void> => {
      for (let one = await given.take(); one !== null; one = await given.take()) {
        const { build, at, fences } = one;
        const leases = ofLayer(one).map(({ key }, index) => ({ key, fence: fences[index] ?? 0 }));
        const answers = await gateway.completeTasks(leases.map((lease) => ({ ...completionOf(lease), runnerId })));
        if (answers.some((answer) => answer !== 'done')) throw new Error('a completion was refused');
        left -= batch;
        if (at + 1 < layers) ended.put({ build, at: at + 1 });
        if (left === 0) for (const each of [ready, given, ended]) each.close();
      }
    };
    const plans = async (): Promise<void> => {
      for (let layer = await ended.take(); layer !== null; layer = await ended.take()) await plan(layer);
    };
    await Promise.all([grants(), completes(), completes(), plans(), plans()]);
    return perSecond(tasks, performance.now() - startMs);
  } finally {
    for (const records of [leader, gateway, planner]) await records.close();
  }
}
