import { taskKinds } from '@filmwright/contracts';
import type { FileId } from '@filmwright/records';
import type { Change, Demand } from '@filmwright/scheduler';
import { capabilityOf } from './demand-of.ts';
import type { GatheringNews } from './gathering.ts';

const mebibyte = 1024 ** 2;

type Telling = {
  readonly holders: readonly (FileId & { readonly runners: readonly string[] })[];
  readonly instantMs: number;
};

/** News of tasks to come as the scheduler takes them, with where files lie. */
export function comingOf(news: readonly GatheringNews[], { holders, instantMs }: Telling): readonly Change[] {
  const near = new Map(holders.map(({ workspaceId, digest, runners }) => [`${workspaceId} ${digest}`, runners]));
  return news.map((one): Change => {
    if (one.type === 'gone') return { type: 'withdrawn', task: idOf(one) };
    const inputs = one.task.inputs.map(({ digest, bytes }) => ({
      id: digest,
      mib: bytes / mebibyte,
      on: near.get(`${one.build.workspaceId} ${digest}`) ?? [],
    }));
    return { type: 'coming', task: demandOf(one, instantMs), inputs };
  });
}

/** Keys of tasks are known only once all that they read is there: until then they go by their place in the build. */
function idOf({ build, ...one }: GatheringNews): string {
  return `${build.buildId} to come: ${one.type === 'gone' ? one.address : one.task.address}`;
}

function demandOf(news: Extract<GatheringNews, { type: 'coming' }>, instantMs: number): Demand {
  const { build, task } = news;
  const { kind, toolchain, estimateMs } = task;
  return {
    ...{ id: idOf(news), workspace: build.workspaceId, build: build.buildId, model: null, size: '', estimateMs },
    capability: capabilityOf({ kind, version: taskKinds[kind].version, toolchain, model: null }),
    ...{ gpus: 0, vramMib: 0, region: null, near: [], pool: null, priority: 'normal', deadlineMs: null, order: 0 },
    ...{ submittedMs: instantMs, readyMs: instantMs, bordersMs: null, batch: null, batchMost: 1 },
  };
}
