import { plainWorld, type Scenario } from '../scenario.ts';
import { meanMsOf, mergeTasks, streamTasks, type TaskKind } from '../workload.ts';
import { mediaHosts, mediaKinds, mediaModels } from './media-fleet.ts';

const hourMs = 3_600_000;

/** A stream of one workspace and kind that takes `load` of 16 devices. */
const stream = (asked: { readonly seed: number; readonly kind: TaskKind; readonly workspace: string; readonly load: number }) =>
  streamTasks({
    seed: asked.seed,
    label: asked.workspace,
    kinds: [asked.kind],
    kindChances: [1],
    workspaces: [asked.workspace],
    workspaceChances: [1],
    arriving: { meanGapMs: meanMsOf(asked.kind) / (16 * asked.load), shape: 1, hours: null },
    fromMs: 0,
    most: Number.POSITIVE_INFINITY,
    untilMs: 3 * hourMs,
    perBuild: 1,
  });

/**
 * Priorities against weights and deadlines on a fleet that cannot do all: a light workspace floods it with interactive pictures, a heavy one makes films without
 * dates, others have bulk work due in half an hour and films due in ten minutes, and one asks for a picture now and then.
 */
export const priorities = ({ seed, load }: { readonly seed: number; readonly load: number }): Scenario => {
  const picture: TaskKind = { ...mediaKinds.picture, batchMost: 1 };
  const edit: TaskKind = { ...mediaKinds.pictureEdit, batchMost: 1 };
  return {
    ...plainWorld,
    name: 'priorities',
    about: `16 GPUs; flood (weight 1) asks for interactive pictures at ${load} of the fleet, films (4) for films without dates at ${load}, night (2) for bulk due in 30 minutes, dated (1) for films due in 10, person (1) for a picture now and then`,
    seed,
    models: mediaModels,
    workspaces: [
      { id: 'flood', weight: 1, cap: null },
      { id: 'films', weight: 4, cap: null },
      { id: 'night', weight: 2, cap: null },
      { id: 'dated', weight: 1, cap: null },
      { id: 'person', weight: 1, cap: null },
    ],
    runners: mediaHosts({ hosts: 2, gpus: 8, hostMib: 256 * 1024 }),
    tasks: () =>
      mergeTasks([
        stream({ seed, workspace: 'flood', load, kind: { ...picture, priority: 'interactive' } }),
        stream({ seed, workspace: 'films', load, kind: edit }),
        stream({ seed, workspace: 'night', load: 0.15, kind: { ...edit, priority: 'bulk', deadline: { factor: 1, plusMs: 30 * 60_000 } } }),
        stream({ seed, workspace: 'dated', load: 0.08, kind: { ...picture, deadline: { factor: 1, plusMs: 10 * 60_000 } } }),
        stream({ seed, workspace: 'person', load: 0.02, kind: { ...picture, priority: 'interactive' } }),
      ]),
    costPerHour: { gpu: 24 },
  };
};
