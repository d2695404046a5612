import type { RunnerFacts } from '../../src/demand.ts';
import { createRandom } from '../random.ts';
import { type PlannedTask, plainWorld, type Scenario } from '../scenario.ts';
import { meanMsOf, plainKind, planTask, streamTasks, type TaskKind } from '../workload.ts';

const slotKind: Omit<TaskKind, 'capability' | 'leastMs' | 'mostMs'> = { ...plainKind, model: null, gpus: 0, vramMib: 0 };

const slotRunner = (id: string, capabilities: readonly string[]): RunnerFacts => ({
  id,
  pool: 'cpu',
  region: 'here',
  capabilities,
  slots: 1,
  devices: [],
  hostMib: 0,
  onDisk: [],
  inMemory: [],
  resident: [],
  draining: false,
});

/**
 * A short day of synthetic tasks on two runners of one slot, to be set beside a real one with the same arrivals and
 * durations: `tickMs`, `grantMs` and `reportMs` are then those that were measured there.
 */
export type TwoRunnersSettings = {
  readonly seed: number;
  readonly load: number;
  readonly tasks: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly tickMs: number;
  readonly grantMs: number;
  readonly reportMs: number;
};

/** Poisson arrivals of tasks of two workspaces, uniform in length. */
export const twoRunners = (settings: TwoRunnersSettings): Scenario => {
  const kind: TaskKind = { ...slotKind, capability: 'synthetic', leastMs: settings.leastMs, mostMs: settings.mostMs };
  return {
    ...plainWorld,
    name: 'two-runners',
    about: `two runners of one slot, ${settings.tasks} synthetic tasks of ${settings.leastMs} to ${settings.mostMs} ms, load ${settings.load}`,
    seed: settings.seed,
    models: [],
    workspaces: [
      { id: 'a', weight: 1, cap: null },
      { id: 'b', weight: 1, cap: null },
    ],
    runners: ['runner-1', 'runner-2'].map((id) => slotRunner(id, ['synthetic'])),
    tickMs: settings.tickMs,
    grantMs: settings.grantMs,
    reportMs: settings.reportMs,
    tasks: () =>
      streamTasks({
        seed: settings.seed,
        label: 'synthetic',
        kinds: [kind],
        kindChances: [1],
        workspaces: ['a', 'b'],
        workspaceChances: [0.5, 0.5],
        arriving: { meanGapMs: meanMsOf(kind) / (2 * settings.load), shape: 1, hours: null },
        fromMs: 0,
        most: settings.tasks,
        untilMs: Number.POSITIVE_INFINITY,
        perBuild: 1,
      }),
  };
};

/** Seconds of film in one span, and of computing that a second of film takes on one slot at standard quality. */
const spanSeconds = 4;
const encodeMsPerSecond = [4500, 7500] as const;

type FilmTask = {
  readonly id: string;
  readonly capability: string;
  readonly ms: readonly [number, number];
  readonly after?: readonly string[];
  readonly inputMib?: number;
  readonly outputMib: number;
};

const filmTasks = (minutes: number): readonly FilmTask[] => {
  const spans = (minutes * 60) / spanSeconds;
  const numbers = Array.from({ length: spans }, (_, index) => index);
  const lines = numbers.filter((index) => index % 3 === 0);
  const clips = numbers.filter((index) => index % 3 === 1);
  const prepared: readonly FilmTask[] = [
    ...lines.map((index) => ({ id: `speak-${index}`, capability: 'speak', ms: [1500, 4000] as const, outputMib: 0.5 })),
    ...clips.map((index) => ({
      id: `normalise-${index}`,
      capability: 'normalise',
      ms: [3000, 9000] as const,
      inputMib: 40,
      outputMib: 20,
    })),
  ];
  const encoded: readonly FilmTask[] = numbers.map((index) => ({
    id: `encode-${index}`,
    capability: 'encode',
    ms: [encodeMsPerSecond[0] * spanSeconds, encodeMsPerSecond[1] * spanSeconds],
    after: [...(lines.includes(index) ? [`speak-${index}`] : []), ...(clips.includes(index) ? [`normalise-${index}`] : [])],
    inputMib: 6,
    outputMib: 4,
  }));
  return [
    ...prepared,
    ...encoded,
    { id: 'mix', capability: 'mix', ms: [9000, 9000], after: lines.map((index) => `speak-${index}`), outputMib: 20 },
    { id: 'subtitles', capability: 'subtitles', ms: [300, 300], after: lines.map((index) => `speak-${index}`), outputMib: 0.1 },
    {
      id: 'thumbnails',
      capability: 'thumbnails',
      ms: [6000, 6000],
      after: encoded.filter((_, index) => index % 10 === 0).map(({ id }) => id),
      outputMib: 4,
    },
    {
      id: 'assemble',
      capability: 'assemble',
      ms: [4000, 4000],
      after: [...encoded.map(({ id }) => id), 'mix', 'subtitles'],
      outputMib: 600,
    },
  ];
};

/**
 * One film of so many minutes on runners of one slot: speech and uploads first, then spans of 4 s, then one master.
 * Inputs and outputs go through the store: each runner has a link of 1 Gbit/s, the store one of 10 Gbit/s.
 */
export const film = ({
  seed,
  runners,
  minutes,
}: {
  readonly seed: number;
  readonly runners: number;
  readonly minutes: number;
}): Scenario => {
  const planned = filmTasks(minutes);
  const capabilities = [...new Set(planned.map(({ capability }) => capability))];
  return {
    ...plainWorld,
    name: 'film',
    about: `a film of ${minutes} minutes, ${planned.length} tasks with transfers, on ${runners} runners of one slot`,
    seed,
    models: [],
    workspaces: [{ id: 'studio', weight: 1, cap: null }],
    runners: Array.from({ length: runners }, (_, index) => slotRunner(`runner-${index + 1}`, capabilities)),
    linked: true,
    grantMs: 40,
    reportMs: 20,
    network: { runnerMibPerS: 119, storeMibPerS: 1190 },
    tasks: function* () {
      const random = createRandom(seed, 'film');
      for (const [order, task] of planned.entries()) {
        const [leastMs, mostMs] = task.ms;
        const kind: TaskKind = { ...slotKind, capability: task.capability, leastMs, mostMs, estimateSpread: 0.2 };
        const { demand, trueMs } = planTask(random, { kind, id: task.id, workspace: 'studio', build: 'film', atMs: 0, order });
        const { after = [], inputMib = 0, outputMib } = task;
        yield { demand, trueMs, after, inputMib, outputMib } satisfies PlannedTask;
      }
    },
    costPerHour: { cpu: 0.05 },
  };
};
