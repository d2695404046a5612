// A day of two runners with a GPU each, of two workspaces and of three made-up models of which a GPU holds one, beside the same day in the simulator.
import { join } from 'node:path';
import type { Drill } from '@filmwright/contracts';
import { drillGraph } from '@filmwright/core/drill/drill-graph';
import { createFilmwright } from '../../packages/scheduler/sim/filmwright.ts';
import { type Spread, spreadOf } from '../../packages/scheduler/sim/measure.ts';
import { createRandom } from '../../packages/scheduler/sim/random.ts';
import { type PlannedTask, plainWorld, type Scenario } from '../../packages/scheduler/sim/scenario.ts';
import { slotRunner } from '../../packages/scheduler/sim/scenarios/processors.ts';
import { simulate } from '../../packages/scheduler/sim/simulate.ts';
import { plainKind } from '../../packages/scheduler/sim/workload.ts';
import { pretendGpus } from '../../test/peers/pretend-gpus.ts';
import { benchHome } from '../film/platform.ts';
import { type Attempt, openRealPlatform, type RealPlatform, rest } from './real-platform.ts';

const names = ['one', 'two'] as const;
const vramMib = 24_576;
const modelMib = 20_000;
const models = [
  { name: 'a', loadMs: 1500, chance: 0.5 },
  { name: 'b', loadMs: 1100, chance: 0.3 },
  { name: 'c', loadMs: 800, chance: 0.2 },
] as const;
const workspaces = [
  { name: 'heavy', weight: 2 },
  { name: 'light', weight: 1 },
] as const;

/** Builds of two tasks, one after the other; work alone would keep so much of the GPUs busy. */
export type ModelDay = { readonly builds: number; readonly taskMs: number; readonly load: number };
export const plainDay: ModelDay = { builds: 180, taskMs: 450, load: 0.35 };

type Coming = { readonly atMs: number; readonly workspace: string; readonly document: Drill };
/** What a task takes besides its sleep and its load, from ready to delivered where a GPU is free, and from the end of one to the next of its build. */
export type Took = { readonly overheadMs: number; readonly grantMs: number; readonly gapMs: number };

const drill = (seed: number, model: (typeof models)[number], durationMs: number): Drill => ({
  title: `Drill ${seed}`,
  drill: { seed, layers: 1, width: 1, durationMs, bytes: 1000, gpus: 1, model: { name: model.name, loadMs: model.loadMs } },
});

/** What comes by chance, the same every time. */
function arrivals({ builds, taskMs, load }: ModelDay): readonly Coming[] {
  const random = createRandom(7, 'models');
  let atMs = 0;
  return Array.from({ length: builds }, (_, index): Coming => {
    atMs += random.exponential(taskMs / load);
    const of = random.next();
    const model = of < 0.5 ? models[0] : of < 0.8 ? models[1] : models[2];
    return { atMs, workspace: workspaces[random.below(2)]?.name ?? '', document: drill(500 + index, model, taskMs) };
  });
}

type Simulating = { readonly day: ModelDay; readonly took: Took; readonly resident?: Scenario['runners'][number]['resident'] };

/** From when each task was ready until its work began, its model's load included; by the simulator, with how often a model was loaded. */
export function simulatedDay({ day, took, resident = [] }: Simulating): {
  readonly waits: ReadonlyMap<string, readonly number[]>;
  readonly loads: number;
} {
  const { overheadMs, grantMs, gapMs } = took;
  const tasks = arrivals(day).flatMap(({ atMs, workspace, document }, build): PlannedTask[] =>
    drillGraph(document).map((node, index) => ({
      demand: {
        ...plainKind,
        ...{ id: `${build}-${index}`, workspace, build: `${build}`, capability: 'synthetic', vramMib: 0 },
        model: document.drill.model?.name ?? null,
        // As the controller takes times for one size.
        size: `${Math.round(4 * Math.log2(node.durationMs))}`,
        ...{ estimateMs: node.durationMs, submittedMs: atMs, readyMs: atMs, deadlineMs: null, order: 0 },
        ...{ region: null, near: [], pool: null, batch: null },
      },
      trueMs: node.durationMs + overheadMs,
      after: index === 0 ? [] : [`${build}-0`],
    })),
  );
  const scenario: Scenario = {
    ...plainWorld,
    ...{ name: 'model-day', about: '', seed: 1, linked: true, tickMs: 5, restMs: 250, grantMs, planMs: gapMs, loadSpread: 0 },
    models: models.map(({ name, loadMs }) => ({
      ...{ id: name, vramMib: modelMib, hostMib: 0, warmMs: loadMs, coldMs: loadMs, fetchMs: 0 },
    })),
    workspaces: workspaces.map(({ name, weight }) => ({ id: name, weight, cap: null })),
    runners: names.map((name) => ({
      ...slotRunner(name, ['synthetic']),
      devices: [{ id: `GPU-${name}-0`, product: 'a GPU', vramMib, fabric: name }],
      resident: resident.filter(({ device }) => device === `GPU-${name}-0`),
    })),
    tasks: () => tasks,
  };
  const outcome = simulate({ scenario, policy: createFilmwright({ seed: 1, scenario }) });
  const waits = new Map<string, number[]>([['all', outcome.tasks.map(({ waitMs }) => waitMs)]]);
  for (const { name } of workspaces)
    waits.set(
      name,
      outcome.tasks.flatMap(({ workspace, waitMs }) => (workspace === name ? [waitMs] : [])),
    );
  return { waits, loads: outcome.runs.filter(({ tier }) => tier !== 'resident').length };
}

/** Attempts of builds with the sleep that each had, in order. */
function slept(attempts: readonly Attempt[], documents: ReadonlyMap<string, Drill>): readonly (Attempt & { readonly sleptMs: number })[] {
  const seen = new Map<string, number>();
  return attempts.flatMap((attempt) => {
    const document = documents.get(attempt.build);
    const place = seen.get(attempt.build) ?? 0;
    seen.set(attempt.build, place + 1);
    const node = document === undefined ? undefined : drillGraph(document)[place];
    return node === undefined ? [] : [{ ...attempt, sleptMs: node.durationMs }];
  });
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Five builds of each model, one after the other: what they take where nothing waits, and what the GPUs hold then. */
async function idleTimes(
  platform: RealPlatform,
  workspaceId: string,
): Promise<{ readonly took: Took; readonly resident: Simulating['resident'] }> {
  const documents = new Map<string, Drill>();
  for (const [index, model] of models.entries())
    for (let seed = 1; seed <= 5; seed++) {
      const document = drill(10 * index + seed, model, 100);
      const build = await platform.submit(document, { workspaceId });
      documents.set(build, document);
      await platform.ended(build);
    }
  const found = slept(await platform.attempts(), documents);
  const held = new Map(found.flatMap(({ devices, build }) => devices.map((id) => [id, documents.get(build)?.drill.model?.name ?? ''])));
  return {
    took: {
      overheadMs: median(found.map(({ deliveredMs, endedMs, sleptMs }) => endedMs - deliveredMs - sleptMs)),
      grantMs: median(found.map(({ readyMs, deliveredMs }) => deliveredMs - readyMs)),
      gapMs: median(found.flatMap(({ readyMs }, at) => (at % 2 === 1 ? [readyMs - (found[at - 1]?.endedMs ?? 0)] : []))),
    },
    resident: [...held].map(([device, model]) => ({ device, model })),
  };
}

/** Lives the day with real processes and in the simulator, and tells both. */
export async function modelDay(day: ModelDay, say: (text: string) => void): Promise<void> {
  const home = benchHome();
  const memory = Object.fromEntries(models.map(({ name }) => [name, modelMib]));
  const machines = names.map((name) => pretendGpus(join(home, name), { name, fabrics: [1], vramMib, models: memory }).env);
  const platform = await openRealPlatform(2, { home, machines });
  try {
    const ids = new Map<string, string>();
    for (const { name, weight } of workspaces) ids.set(name, await platform.workspace(name, weight));
    const { took, resident } = await idleTimes(platform, ids.get('light') ?? '');
    const { overheadMs, grantMs, gapMs } = took;
    say(
      `idle: granted and delivered ${grantMs.toFixed(0)} ms after it was ready, ${overheadMs.toFixed(0)} ms beside sleep and load, ready ${gapMs.toFixed(0)} ms after what it awaits`,
    );
    const documents = new Map<string, Drill>();
    const ending: Promise<void>[] = [];
    const startMs = performance.now();
    for (const { atMs, workspace, document } of arrivals(day)) {
      await rest(Math.max(0, startMs + atMs - performance.now()));
      const build = await platform.submit(document, { workspaceId: ids.get(workspace) ?? '' });
      documents.set(build, document);
      ending.push(platform.ended(build));
    }
    await Promise.all(ending);
    const attempts = slept(await platform.attempts(), documents);
    // Others use the machine too: what a task takes beside its sleep is not the same all day.
    const beside = attempts.map(({ deliveredMs, endedMs, sleptMs }) => endedMs - deliveredMs - sleptMs);
    const leastLoadMs = Math.min(...models.map(({ loadMs }) => loadMs));
    const loaded = beside.map((ms) => ms > overheadMs + leastLoadMs / 2);
    const thenMs = median(beside.filter((_, at) => !loaded[at]));
    const waits = attempts.map(({ readyMs, endedMs, sleptMs, workspaceId }) => ({ workspaceId, ms: endedMs - sleptMs - thenMs - readyMs }));
    const ahead = simulatedDay({ day, took, resident });
    const alike = simulatedDay({ day, took: { ...took, overheadMs: thenMs }, resident });
    say(
      `models were loaded ${loaded.filter(Boolean).length} times for ${attempts.length} tasks, in the simulator ${ahead.loads} times; beside sleep and load a task took ${thenMs.toFixed(0)} ms, with which the simulator loads ${alike.loads} times`,
    );
    for (const name of ['all', ...ids.keys()]) {
      const real = spreadOf(waits.flatMap(({ workspaceId, ms }) => (name === 'all' || workspaceId === ids.get(name) ? [ms] : [])));
      say(told(`waits of ${name}, foretold`, { real, simulated: spreadOf(ahead.waits.get(name) ?? []) }));
      say(told(`waits of ${name}, by what tasks took that day`, { real, simulated: spreadOf(alike.waits.get(name) ?? []) }));
    }
  } finally {
    await platform.close();
  }
}

function told(what: string, { real, simulated }: { readonly real: Spread; readonly simulated: Spread }): string {
  const each = (of: 'p50Ms' | 'p95Ms'): string =>
    `${of.slice(0, 3)} real ${real[of].toFixed(0)} ms, simulated ${simulated[of].toFixed(0)} ms, ${(simulated[of] / real[of]).toFixed(2)} of it`;
  return `${what}: ${each('p50Ms')}; ${each('p95Ms')}; wanted 0.9 to 1.1`;
}
