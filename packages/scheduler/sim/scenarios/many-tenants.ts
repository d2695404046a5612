import { createRandom } from '../random.ts';
import { type PlannedTask, plainWorld, type Scenario } from '../scenario.ts';
import { meanMsOf, mergeTasks, planTask, streamTasks, type TaskKind } from '../workload.ts';
import { mediaHosts, mediaKinds, mediaModels } from './media-fleet.ts';

type Asked = { readonly seed: number; readonly load: number };

const hourMs = 3_600_000;

const gapFor = (
  kinds: readonly TaskKind[],
  asked: { readonly chances: readonly number[]; readonly devices: number; readonly load: number },
): number => {
  const meanMs = kinds.reduce((sum, kind, index) => sum + meanMsOf(kind) * Math.max(1, kind.gpus) * (asked.chances[index] ?? 0), 0);
  return meanMs / (asked.devices * asked.load);
};

const mixed: readonly TaskKind[] = [mediaKinds.picture, mediaKinds.pictureEdit, mediaKinds.voice, mediaKinds.upscale, mediaKinds.video];
const mixedChances = [0.4, 0.15, 0.2, 0.1, 0.15];

/** Ten thousand pictures of one workspace come at one instant beside three that submit steadily. */
export const fairness = ({ seed, load }: Asked): Scenario => ({
  ...plainWorld,
  name: 'fairness',
  about: `16 GPUs; steady, small and tiny (weights 4, 2, 1) submit at ${load} of the fleet together, flood (1) adds 10,000 pictures after 10 minutes`,
  seed,
  models: mediaModels,
  workspaces: [
    { id: 'steady', weight: 4, cap: null },
    { id: 'small', weight: 2, cap: null },
    { id: 'tiny', weight: 1, cap: null },
    { id: 'flood', weight: 1, cap: null },
  ],
  runners: mediaHosts({ hosts: 2, gpus: 8, hostMib: 256 * 1024 }),
  tasks: () =>
    mergeTasks([
      streamTasks({
        seed,
        label: 'steady',
        kinds: mixed,
        kindChances: mixedChances,
        workspaces: ['steady', 'small', 'tiny'],
        workspaceChances: [4 / 7, 2 / 7, 1 / 7],
        arriving: { meanGapMs: gapFor(mixed, { chances: mixedChances, devices: 16, load }), shape: 1, hours: null },
        fromMs: 0,
        most: Number.POSITIVE_INFINITY,
        untilMs: 2 * hourMs,
        perBuild: 1,
      }),
      flood(seed),
    ]),
  costPerHour: { gpu: 24 },
});

function* flood(seed: number): Generator<PlannedTask> {
  const random = createRandom(seed, 'flood');
  const kind = { ...mediaKinds.picture, batchMost: 1 };
  for (let order = 0; order < 10_000; order += 1) {
    yield planTask(random, { kind, id: `flood-${order}`, workspace: 'flood', build: `flood-${order % 100}`, atMs: 600_000, order });
  }
}

/** A person's pictures come in bursts beside films: gaps of a heavy tail, twenty pictures at a time, a deadline of 20 s and twice the work. */
export const burst = ({ seed, load }: Asked): Scenario => {
  const pressing: TaskKind = { ...mediaKinds.picture, priority: 'interactive', deadline: { factor: 2, plusMs: 20_000 } };
  const background: TaskKind = { ...mediaKinds.video, priority: 'bulk', deadline: { factor: 4, plusMs: 600_000 } };
  return {
    ...plainWorld,
    name: 'burst',
    about: `16 GPUs; a quarter of load ${load} are bursts of 20 interactive pictures, the rest are videos that may wait`,
    seed,
    models: mediaModels,
    workspaces: [
      { id: 'studio', weight: 1, cap: null },
      { id: 'films', weight: 1, cap: null },
    ],
    runners: mediaHosts({ hosts: 2, gpus: 8, hostMib: 256 * 1024 }),
    tasks: () =>
      mergeTasks([
        streamTasks({
          seed,
          label: 'picture',
          kinds: [pressing],
          kindChances: [1],
          workspaces: ['studio'],
          workspaceChances: [1],
          arriving: { meanGapMs: 20 * gapFor([pressing], { chances: [1], devices: 16, load: load / 4 }), shape: 0.5, hours: null },
          fromMs: 0,
          most: Number.POSITIVE_INFINITY,
          untilMs: 4 * hourMs,
          perBuild: 20,
        }),
        streamTasks({
          seed,
          label: 'video',
          kinds: [background],
          kindChances: [1],
          workspaces: ['films'],
          workspaceChances: [1],
          arriving: { meanGapMs: gapFor([background], { chances: [1], devices: 16, load: (load * 3) / 4 }), shape: 1, hours: null },
          fromMs: 0,
          most: Number.POSITIVE_INFINITY,
          untilMs: 4 * hourMs,
          perBuild: 1,
        }),
      ]),
    costPerHour: { gpu: 24 },
  };
};

/** Tasks of 1, 2, 4 and 8 GPUs of one fabric on hosts of eight; none may starve the others. */
export const gangs = ({ seed, load }: Asked): Scenario => {
  const sizes = [1, 2, 4, 8];
  const chances = [0.7, 0.15, 0.1, 0.05];
  const kinds = sizes.map((gpus) => ({
    ...mediaKinds.video,
    gpus,
    size: `${gpus}`,
    bordersMs: null,
    deadline: { factor: 6, plusMs: 300_000 },
  }));
  const workspaces = sizes.map((gpus) => ({ id: `gpus-${gpus}`, weight: 1, cap: null }));
  const streams = kinds.map((kind, index) => ({
    seed,
    label: `gang-${kind.gpus}`,
    kinds: [kind],
    kindChances: [1],
    workspaces: [workspaces[index]?.id ?? ''],
    workspaceChances: [1],
    arriving: { meanGapMs: gapFor(kinds, { chances, devices: 32, load }) / (chances[index] ?? 1), shape: 1, hours: null },
    fromMs: 0,
    most: Number.POSITIVE_INFINITY,
    untilMs: 6 * hourMs,
    perBuild: 1,
  }));
  return {
    ...plainWorld,
    name: 'gangs',
    about: `four hosts of 8 GPUs; tasks of 1, 2, 4 and 8 GPUs, a workspace each, load ${load}`,
    seed,
    models: mediaModels,
    workspaces,
    runners: mediaHosts({ hosts: 4, gpus: 8, hostMib: 256 * 1024 }),
    tasks: () => mergeTasks(streams.map(streamTasks)),
    costPerHour: { gpu: 24 },
  };
};

/** Factors by hour, 1 at the peak: quiet at night, most in the afternoon. */
const officeHours = [
  0.15, 0.1, 0.1, 0.1, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 0.9, 0.9, 0.8, 0.85, 0.95, 1, 0.9, 0.75, 0.6, 0.5, 0.4, 0.35, 0.2, 0.15,
];

/** A day with its curve on hosts that fail, drain and come back, with attempts that fail and tasks that are withdrawn. */
export const failures = ({ seed, load }: Asked): Scenario => {
  const runners = mediaHosts({ hosts: 8, gpus: 4, hostMib: 256 * 1024 });
  const random = createRandom(seed, 'incidents');
  const kinds = mixed.map((kind) => ({ ...kind, deadline: { factor: 4, plusMs: 120_000 } }));
  const incidents = Array.from({ length: 48 }, (_, index) => ({
    type: index % 2 === 0 ? ('dies' as const) : ('drains' as const),
    atMs: random.between(0, 24 * hourMs),
    runner: runners[random.below(runners.length)]?.id ?? '',
    downMs: random.between(60_000, 900_000),
  }));
  const withdrawn = Array.from({ length: 200 }, (_, index) => ({
    type: 'withdrawn' as const,
    atMs: random.between(hourMs, 23 * hourMs),
    task: `day-${1000 + index * 40}`,
  }));
  return {
    ...plainWorld,
    name: 'failures',
    about: `a day of 32 GPUs on 8 hosts, load ${load} at its peak, 24 deaths, 24 drains, 2 % of attempts fail, tasks are withdrawn, the leader falls over three times`,
    seed,
    models: mediaModels,
    workspaces: [3, 1, 1].map((weight, index) => ({ id: `w${index + 1}`, weight, cap: index === 2 ? 6 : null })),
    runners,
    incidents: [...incidents, ...withdrawn, ...[6, 12, 18].map((hour) => ({ type: 'takeover' as const, atMs: hour * hourMs + 1234 }))],
    failPart: 0.02,
    tasks: () =>
      streamTasks({
        seed,
        label: 'day',
        kinds,
        kindChances: mixedChances,
        workspaces: ['w1', 'w2', 'w3'],
        workspaceChances: [0.6, 0.25, 0.15],
        arriving: { meanGapMs: gapFor(kinds, { chances: mixedChances, devices: 32, load }), shape: 1, hours: officeHours },
        fromMs: 0,
        most: Number.POSITIVE_INFINITY,
        untilMs: 24 * hourMs,
        perBuild: 1,
      }),
    costPerHour: { gpu: 12 },
  };
};
