import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import {
  type DiffusionEngine,
  type DiffusionModel,
  type Generated,
  type GenerateOptions,
  type GenerateRequest,
  ModelFault,
  RevisionFault,
  type ShelvedModel,
} from '@filmwright/engines';
import type { TaskContext } from './run-task.ts';

export type Drawing = { readonly model: DiffusionModel; readonly shelved: ShelvedModel; readonly request: GenerateRequest };
export type DrawingPlace = {
  readonly context: Pick<TaskContext, 'home' | 'key' | 'borders' | 'dropped'> & {
    readonly diffusion: () => Promise<Pick<DiffusionEngine, 'generate'>>;
  };
  readonly onStep: NonNullable<GenerateOptions['onStep']>;
};

/** A small picture is seen about once a second, which is as often as it is told. */
const previewEveryMs = 1000;
/** Nobody goes on with a checkpoint that is older: its film was given up. */
const keptMs = 7 * 86_400_000;

const folderIn = (home: string): string => join(home, 'checkpoints');

/**
 * Draws with a checkpoint after each step, under the task's key: whatever ends an attempt, the next one on this machine goes on from its last step, and
 * so does one elsewhere that it is handed back to. Where the model's process is killed, the drawing goes on at once as long as it gets further. Throws
 * a `ModelFault` where the revision is at fault.
 */
export async function drawWithCheckpoint({ model, shelved, request }: Drawing, { context, onStep }: DrawingPlace): Promise<Generated> {
  const { home, key, borders } = context;
  await mkdir(folderIn(home), { recursive: true });
  const checkpointPath = join(folderIn(home), key);
  await takeOver(borders.resume, checkpointPath);
  const engine = await context.diffusion();
  let furthest = 0;
  for (;;) {
    const before = furthest;
    try {
      const drawn = await engine.generate(model, request, {
        checkpointPath,
        previewEveryMs,
        signal: context.dropped,
        onStep: (progress) => {
          furthest = Math.max(furthest, progress.step);
          onStep(progress);
          if (progress.step < progress.steps) borders.reach(() => ({ checkpoint: readFileSync(checkpointPath).toString('base64') }));
        },
      });
      for (const path of [checkpointPath, `${checkpointPath}.part`]) await rm(path, { force: true });
      return drawn;
    } catch (error) {
      if (!(error instanceof FilmwrightError)) throw error;
      if (error.code === 'program-failed' && error.retryable && furthest > before) continue;
      if (error instanceof RevisionFault) throw new ModelFault(shelved, error);
      throw error;
    }
  }
}

/** Puts down what an attempt elsewhere left, unless an attempt here left something too. */
async function takeOver(left: unknown, checkpointPath: string): Promise<void> {
  const { checkpoint } = Object(left) as { readonly checkpoint?: unknown };
  if (typeof checkpoint !== 'string') return;
  await writeFile(checkpointPath, Buffer.from(checkpoint, 'base64'), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Removes checkpoints that nobody came back to. */
export async function clearCheckpoints(home: string): Promise<void> {
  const names = await readdir(folderIn(home)).catch(() => []);
  for (const name of names) {
    const path = join(folderIn(home), name);
    const age =
      Date.now() -
      (await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    if (age > keptMs) await rm(path, { force: true });
  }
}
