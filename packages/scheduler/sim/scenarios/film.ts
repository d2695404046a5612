import { createRandom } from '../random.ts';
import { type PlannedTask, plainWorld, type Scenario } from '../scenario.ts';
import { planTask, type TaskKind } from '../workload.ts';
import { slotKind, slotRunner } from './processors.ts';

/** Frames in a second and in a span. */
const fps = 30;
const spanFrames = 120;
/**
 * What a frame of 1080p costs one slot, composing and encoding, for the largest rung. A film of 10.9 minutes with 259
 * tasks was measured at 869 s on two slots (bench/film), nearly all of it in spans: 83 ms a frame. Spans differ by a third.
 */
const frameMs = 83;
const spanSpread = 0.33;
/** Parts of the area of 1080p that the rungs of a web package have. */
const smallerRungs = [
  { name: '360p', area: 1 / 9 },
  { name: '720p', area: 4 / 9 },
];

type FilmTask = {
  readonly id: string;
  readonly capability: string;
  readonly ms: number;
  /** As the planner ranks it: what others await first, then what plays first, then the rest. */
  readonly rank: -2 | -1 | 0;
  readonly spread?: number;
  readonly after?: readonly string[];
  readonly inputMib?: number;
  readonly outputMib: number;
};

/**
 * Durations beside the spans' as the planner estimates them, but for assembling: a master of 10.6 minutes was copied with new
 * timestamps in 0.6 s, of which three times is taken, where the planner guesses 7.6 s.
 */
const filmTasks = (film: { readonly minutes: number; readonly webPackage: boolean }): readonly FilmTask[] => {
  const seconds = film.minutes * 60;
  const frames = seconds * fps;
  const spans = Array.from({ length: frames / spanFrames }, (_, index) => index);
  const lines = spans.filter((index) => index % 2 === 0);
  const speech = lines.flatMap((index): readonly FilmTask[] => [
    { id: `speak-${index}`, capability: 'speak', rank: -2, ms: 400, spread: 0.3, outputMib: 0.3 },
    { id: `align-${index}`, capability: 'align', rank: -2, ms: 750, spread: 0.3, after: [`speak-${index}`], outputMib: 0.01 },
  ]);
  const rungs = [{ name: '1080p', area: 1 }, ...(film.webPackage ? smallerRungs : [])];
  const encode = rungs.flatMap(({ name, area }) =>
    spans.map((index): FilmTask => {
      const line = index - (index % 2);
      return {
        id: `encode-${name}-${index}`,
        capability: 'encode',
        rank: name === '360p' ? -1 : 0,
        ms: 250 + spanFrames * frameMs * area,
        spread: spanSpread,
        after: [`align-${line}`],
        inputMib: 6,
        outputMib: 3 * area,
      };
    }),
  );
  const master = encode.filter(({ id }) => id.startsWith('encode-1080p')).map(({ id }) => id);
  const aligned = lines.map((index) => `align-${index}`);
  const ends: readonly FilmTask[] = [
    {
      id: 'mix',
      capability: 'mix',
      rank: -1,
      ms: 600 + seconds * 25,
      after: [...aligned, ...lines.map((index) => `speak-${index}`)],
      outputMib: 60,
    },
    { id: 'subtitles', capability: 'subtitles', rank: 0, ms: 50, after: aligned, outputMib: 0.1 },
    { id: 'measure-sound', capability: 'measure-sound', rank: 0, ms: 300 + seconds * 12, after: ['mix'], outputMib: 0.01 },
    {
      id: 'assemble',
      capability: 'assemble',
      rank: 0,
      ms: 300 + frames * 0.1,
      after: [...master, 'mix'],
      outputMib: spans.length * 3 + 20,
    },
    { id: 'measure', capability: 'measure', rank: 0, ms: 250 + frames * 0.1, after: ['assemble'], outputMib: 0.01 },
  ];
  if (!film.webPackage) return [...speech, ...ends.slice(0, 1), ...encode, ...ends.slice(1)];
  const smallest = encode.filter(({ id }) => id.startsWith('encode-360p')).map(({ id }) => id);
  const packed: readonly FilmTask[] = [
    { id: 'fragment', capability: 'fragment', rank: -1, ms: 200, after: ['mix'], outputMib: 20 },
    { id: 'thumbnails', capability: 'thumbnails', rank: 0, ms: 400 + frames * 0.5, after: [...smallest, master[0] ?? ''], outputMib: 4 },
  ];
  return [...speech, ...ends.slice(0, 1), ...encode, ...ends.slice(1), ...packed];
};

/** Estimates within about a fifth of each other count as one size, as the controller has it. */
const sizeOf = (estimateMs: number): string => `about 2^${Math.round(4 * Math.log2(Math.max(1, estimateMs))) / 4} ms`;

/** How long a film, on how many runners, and whether its web package (720p and 360p beside the master) is made too. */
export type FilmSettings = { readonly seed: number; readonly runners: number; readonly minutes: number; readonly webPackage: boolean };

/**
 * One film on runners of one slot: speech first, then its sound and spans of 4 s, then the master and its measures. All
 * inputs and outputs go through the store unless they lie on the runner; each runner has a link of 1 Gbit/s, the store
 * one of 10 Gbit/s.
 */
export const film = (settings: FilmSettings): Scenario => {
  const { seed, runners, minutes, webPackage } = settings;
  const planned = filmTasks({ minutes, webPackage });
  const capabilities = [...new Set(planned.map(({ capability }) => capability))];
  return {
    ...plainWorld,
    name: webPackage ? 'film-package' : 'film',
    about: `a film of ${minutes} minutes in 1080p${webPackage ? ' with its web package' : ''}, ${planned.length} tasks with transfers, on ${runners} runners of one slot`,
    seed,
    models: [],
    workspaces: [{ id: 'studio', weight: 1, cap: null }],
    runners: Array.from({ length: runners }, (_, index) => slotRunner(`runner-${index + 1}`, capabilities)),
    linked: true,
    // The ledger was measured to take 6 to 11 ms from the end of a task to the start of the next, at the median.
    tickMs: 20,
    grantMs: 40,
    reportMs: 20,
    // As measured on real runners: what awaits a task is planned and in the ledger so long after its end (bench/fleet/runners-bench.ts day).
    planMs: 40,
    // A hint comes with the answer to a heartbeat, of which there is one a second.
    hintMs: 1000,
    network: { runnerMibPerS: 119, storeMibPerS: 1190 },
    tasks: function* () {
      const random = createRandom(seed, 'film');
      for (const task of planned) {
        const { spread = 0, ms } = task;
        const kind: TaskKind = {
          ...slotKind,
          capability: task.capability,
          leastMs: ms * (1 - spread),
          mostMs: ms * (1 + spread),
          estimateSpread: 0.15,
        };
        const alone = planTask(random, { kind, id: task.id, workspace: 'studio', build: 'film', atMs: 0, order: task.rank });
        const { trueMs } = alone;
        const demand = { ...alone.demand, size: sizeOf(alone.demand.estimateMs) };
        const { after = [], inputMib = 0, outputMib } = task;
        yield { demand, trueMs, after, inputMib, outputMib } satisfies PlannedTask;
      }
    },
    costPerHour: { cpu: 0.05 },
  };
};
