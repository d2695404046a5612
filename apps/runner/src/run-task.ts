import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Asset, FilmwrightError, type Output, type Payload, type Task, type TaskKind, taskKinds } from '@filmwright/contracts';
import { kindRunners } from './kinds/index.ts';
import type { Workplace } from './workplace.ts';

/** What the code of a kind may use. Files it stores become assets of the task. */
export type TaskContext = Workplace & {
  readonly tempDir: string;
  readonly pathOf: (digest: string) => Promise<string>;
  readonly store: (file: { readonly path: string; readonly mediaType: string }) => Promise<Asset>;
  readonly progress: (percent: number) => void;
};

/** Does one kind of task; throws a FilmwrightError that says what is wrong. */
export type KindRunner<K extends TaskKind> = (payload: Payload<K>, context: TaskContext) => Promise<Output<K>>;

export type Ran = { readonly output: unknown; readonly assets: readonly Asset[] };

/** Runs a task in a temporary folder of its own, which is gone afterwards whatever happens. */
export async function runTask(task: Task, place: Workplace & { readonly progress: (percent: number) => void }): Promise<Ran> {
  const known = taskKinds[task.kind];
  if (known === undefined || known.version !== task.version) {
    throw new FilmwrightError(
      'task-failed',
      `This runner knows ${task.kind} in version ${known?.version ?? 'none'}, found ${task.version}. Update it.`,
      { retryable: false },
    );
  }
  const tempDir = await mkdtemp(join(place.tempRoot, `${task.kind}-`));
  const assets: Asset[] = [];
  const context: TaskContext = {
    ...place,
    tempDir,
    pathOf: (digest) => place.blobs.path(digest),
    async store(file) {
      const asset = await place.blobs.putFile(file);
      assets.push(asset);
      return asset;
    },
  };
  try {
    const run = kindRunners[task.kind] as KindRunner<TaskKind>;
    const output = await run(task.payload as Payload<TaskKind>, context);
    return { output: known.output.parse(output), assets };
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}
