import type { ModelFacts, RunnerFacts } from '../../src/demand.ts';
import { createRandom } from '../random.ts';
import { type PlannedTask, plainWorld, type Scenario } from '../scenario.ts';
import { meanMsOf, mergeTasks, plainKind, planTask, streamTasks, type TaskKind, zipf } from '../workload.ts';

const models: readonly ModelFacts[] = Array.from({ length: 24 }, (_, index) => ({
  id: `model-${index + 1}`,
  vramMib: (16 + (index % 4) * 10) * 1024,
  hostMib: (16 + (index % 4) * 10) * 1024,
  warmMs: 3000,
  coldMs: 10_000 + (index % 4) * 12_000,
  fetchMs: 90_000,
}));

const kinds: readonly TaskKind[] = models.map((model, index) => ({
  ...plainKind,
  capability: `kind-${index % 6}`,
  model: model.id,
  size: `size-${index % 3}`,
  leastMs: 400_000,
  mostMs: 2_000_000,
  estimateSpread: 0.15,
}));

const encode: TaskKind = { ...plainKind, capability: 'encode', model: null, gpus: 0, vramMib: 0, leastMs: 300_000, mostMs: 900_000 };

const gpuRunner = (index: number): RunnerFacts => ({
  id: `gpu-${index}`,
  pool: index % 3 === 0 ? 'own' : 'rented',
  region: ['north', 'south', 'west'][index % 3] ?? '',
  capabilities: [0, 1, 2, 3, 4, 5].map((kind) => `kind-${kind}`),
  slots: 0,
  devices: [{ id: 'gpu-0', product: index % 5 === 0 ? 'H200' : 'H100', vramMib: (index % 5 === 0 ? 141 : 80) * 1024, fabric: 'one' }],
  hostMib: 0,
  spareMib: 128 * 1024,
  onDisk: models.filter((_, model) => (model + index) % 3 !== 0).map(({ id }) => id),
  inMemory: [],
  resident: [],
  draining: false,
  fetchesAhead: true,
});

const cpuRunner = (index: number): RunnerFacts => ({
  ...gpuRunner(index),
  id: `cpu-${index}`,
  pool: 'cpu',
  capabilities: ['encode'],
  slots: 4,
  devices: [],
  spareMib: 0,
  onDisk: [],
});

const workspaces = Array.from({ length: 50 }, (_, index) => ({
  id: `w${index + 1}`,
  weight: 1 + (index % 4),
  cap: index % 10 === 9 ? 400 : null,
}));

/** What the fleet is made of; fewer runners make a smaller day of the same kind. */
export type BigFleetSettings = {
  readonly seed: number;
  readonly load: number;
  readonly runners: number;
  readonly waiting: number;
  readonly hours: number;
};

/** 10,000 runners (a fifth of them CPU, four slots each), 100,000 tasks waiting from the beginning, and a day of arrivals; a step each second. */
export const bigFleet = ({ seed, load, runners, waiting, hours }: BigFleetSettings): Scenario => {
  const gpus = Math.round(runners * 0.8);
  const slots = (runners - gpus) * 4;
  const chances = zipf(kinds.length, 0.8);
  const gpuMs = kinds.reduce((sum, kind, index) => sum + meanMsOf(kind) * (chances[index] ?? 0), 0);
  const untilMs = hours * 3_600_000;
  const random = createRandom(seed, 'fleet');
  const people = {
    workspaces: workspaces.map(({ id }) => id),
    workspaceChances: zipf(workspaces.length, 0.5),
    fromMs: 0,
    most: Number.POSITIVE_INFINITY,
    untilMs,
    perBuild: 1,
    seed,
  };
  return {
    ...plainWorld,
    name: 'big-fleet',
    about: `${runners} runners, ${waiting} tasks waiting from the beginning, ${hours} hours of arrivals at load ${load}`,
    seed,
    models,
    workspaces,
    runners: [
      ...Array.from({ length: gpus }, (_, index) => gpuRunner(index)),
      ...Array.from({ length: runners - gpus }, (_, index) => cpuRunner(index)),
    ],
    tickMs: 1000,
    tellMs: 600_000,
    restMs: 10_000,
    speeds: { H200: 1.1 },
    incidents: Array.from({ length: Math.round((runners * hours) / 240) }, () => ({
      type: 'dies' as const,
      atMs: random.between(0, untilMs),
      runner: `gpu-${random.below(gpus)}`,
      downMs: 300_000,
    })).sort((left, right) => left.atMs - right.atMs),
    tasks: () =>
      mergeTasks([
        backlog({ seed, waiting, chances }),
        streamTasks({
          ...people,
          label: 'gpu',
          kinds,
          kindChances: chances,
          arriving: { meanGapMs: gpuMs / (gpus * load), shape: 1, hours: null },
        }),
        streamTasks({
          ...people,
          label: 'cpu',
          kinds: [encode],
          kindChances: [1],
          arriving: { meanGapMs: meanMsOf(encode) / (slots * load), shape: 1, hours: null },
        }),
      ]),
    costPerHour: { own: 1.2, rented: 2.6, cpu: 0.2 },
    untilMs,
  };
};

function* backlog(asked: { readonly seed: number; readonly waiting: number; readonly chances: readonly number[] }): Generator<PlannedTask> {
  const random = createRandom(asked.seed, 'backlog');
  for (let order = 0; order < asked.waiting; order += 1) {
    const kind = kinds[Math.floor(random.next() ** 2 * kinds.length)] as TaskKind;
    const workspace = workspaces[random.below(workspaces.length)]?.id ?? '';
    yield planTask(random, {
      kind: { ...kind, priority: 'bulk' },
      id: `old-${order}`,
      workspace,
      build: `old-${order % 1000}`,
      atMs: 0,
      order,
    });
  }
}
