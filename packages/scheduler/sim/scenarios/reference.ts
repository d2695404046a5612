import type { ModelFacts, RunnerFacts } from '../../src/demand.ts';
import { plainWorld, type Scenario } from '../scenario.ts';
import { meanMsOf, plainKind, streamTasks, type TaskKind, zipf } from '../workload.ts';

/**
 * `load` is pure computing over the fleet's capacity; `warm` keeps all weights in the host's memory, 3 s from a GPU. `spareGib` is memory in which the files lie
 * that each host read last, for loads or because it was told to; nobody is told what it holds.
 */
export type ScenarioSettings = {
  readonly seed: number;
  readonly load: number;
  readonly warm: boolean;
  readonly spareGib?: number;
};

type Family = {
  readonly name: string;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly coldMs: number;
  readonly vramMib: number;
};

const image: Family = { name: 'image', leastMs: 7000, mostMs: 10_000, coldMs: 27_000, vramMib: 26 * 1024 };
const video: Family = { name: 'video', leastMs: 110_000, mostMs: 200_000, coldMs: 56_000, vramMib: 38 * 1024 };
const speech: Family = { name: 'speech', leastMs: 4000, mostMs: 4000, coldMs: 8000, vramMib: 24 * 1024 };
const tool: Family = { name: 'tool', leastMs: 3000, mostMs: 30_000, coldMs: 8000, vramMib: 24 * 1024 };

/**
 * Which model is of which family, the most wanted first. The source of the table that this is set beside names
 * families, durations and loads, but not which model is which; this order is chosen so that FIFO's swap shares (39 %
 * cold, 6 % warm) and deadlines come out as there: 59 % of requests are images, 21 % videos, 20 % speech and tools.
 */
const ranking: readonly Family[] = [image, image, video, image, video, image, speech, tool, speech, video, tool, tool];

const models: readonly ModelFacts[] = ranking.map((family, index) => ({
  id: `${family.name}-${index + 1}`,
  vramMib: family.vramMib,
  hostMib: family.vramMib,
  warmMs: 3000,
  coldMs: family.coldMs,
  fetchMs: 120_000,
}));

const kinds: readonly TaskKind[] = ranking.map((family, index) => ({
  ...plainKind,
  capability: family.name,
  model: models[index]?.id ?? null,
  leastMs: family.leastMs,
  mostMs: family.mostMs,
  bordersMs: family === video ? 5000 : null,
  deadline: { factor: 3, plusMs: 45_000 },
}));

const workspaces = [4, 2, 1, 1].map((weight, index) => ({ id: `w${index + 1}`, weight, cap: null }));

/** Two hosts of eight GPUs; two models never fit on one. */
const runners = ({ warm, spareGib }: Omit<ScenarioSettings, 'seed' | 'load'>): readonly RunnerFacts[] =>
  [0, 1].map((host) => ({
    id: `host-${host}`,
    pool: 'gpu',
    region: 'here',
    capabilities: ['image', 'video', 'speech', 'tool'],
    slots: 0,
    devices: Array.from({ length: 8 }, (_, index) => ({ id: `gpu-${index}`, product: 'plain', vramMib: 46 * 1024, fabric: 'switch' })),
    hostMib: warm ? 512 * 1024 : 0,
    onDisk: models.map((model) => model.id),
    inMemory: warm ? models.map((model) => model.id) : [],
    resident: [],
    draining: false,
    spareMib: (spareGib ?? 0) * 1024,
  }));

/** 16 GPUs, 12 models by Zipf 0.9, four workspaces weighted 4:2:1:1 that submit so, 12,000 Poisson arrivals, deadline 3 times the work and 45 s. */
export const reference = ({ seed, load, ...where }: ScenarioSettings): Scenario => {
  const { warm, spareGib } = where;
  const kindChances = zipf(ranking.length, 0.9);
  const meanMs = kinds.reduce((sum, kind, index) => sum + meanMsOf(kind) * (kindChances[index] ?? 0), 0);
  return {
    ...plainWorld,
    loadSpread: 0,
    name: ['reference', ...(warm ? ['warm'] : []), ...(spareGib === undefined ? [] : ['memory'])].join('-'),
    about: `16 GPUs, 12 models, four workspaces 4:2:1:1, load ${load}, ${warm ? 'warm swap of 3 s' : 'cold swaps of 8, 27 and 56 s'}${spareGib === undefined ? '' : `, ${spareGib} GiB of spare memory in each host`}`,
    seed,
    models,
    workspaces,
    runners: runners(where),
    tasks: () =>
      streamTasks({
        seed,
        label: 'request',
        kinds,
        kindChances,
        workspaces: workspaces.map(({ id }) => id),
        workspaceChances: workspaces.map(({ weight }) => weight / 8),
        arriving: { meanGapMs: meanMs / (16 * load), shape: 1, hours: null },
        fromMs: 0,
        most: 12_000,
        untilMs: Number.POSITIVE_INFINITY,
        perBuild: 1,
      }),
    costPerHour: { gpu: 20 },
  };
};
