import { readFileSync } from 'node:fs';
import { constants, copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError, mostResumeBytes } from '@filmwright/contracts';
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
import { HandedBack } from './borders.ts';
import type { TaskContext } from './run-task.ts';

export type Drawing = { readonly model: DiffusionModel; readonly shelved: ShelvedModel; readonly request: GenerateRequest };
export type DrawingPlace = {
  readonly context: Pick<TaskContext, 'home' | 'key' | 'borders' | 'dropped' | 'tempDir' | 'store' | 'pathOf'> & {
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
 * so does one elsewhere that it is handed back to, by an asset where a checkpoint is too large for what is carried. Where the model's process is killed, the drawing goes on at once as long as it gets further. Throws
 * a `ModelFault` where the revision is at fault.
 */
export async function drawWithCheckpoint({ model, shelved, request }: Drawing, { context, onStep }: DrawingPlace): Promise<Generated> {
  const { home, key, borders } = context;
  await mkdir(folderIn(home), { recursive: true });
  const checkpointPath = join(folderIn(home), key);
  await takeOver(borders.resume, { checkpointPath, pathOf: context.pathOf });
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
          if (progress.step < progress.steps) borders.reach(() => carriedOf(checkpointPath));
        },
      });
      for (const path of [checkpointPath, `${checkpointPath}.part`]) await rm(path, { force: true });
      return drawn;
    } catch (error) {
      if (error instanceof HandedBack && error.resume === asAsset) {
        const asset = await storeCopy(checkpointPath, context);
        // What cannot be stored just now is not given away: the drawing goes on here, and is asked for again at its next border.
        if (asset === null) continue;
        throw new HandedBack({ checkpointAsset: asset } satisfies Carried);
      }
      if (!(error instanceof FilmwrightError)) throw error;
      if (error.code === 'program-failed' && error.retryable && furthest > before) continue;
      if (error instanceof RevisionFault) throw new ModelFault(shelved, error);
      throw error;
    }
  }
}

/** What goes elsewhere with a drawing that is handed back: its checkpoint in base64, or the digest of the asset that it is. */
type Carried = { readonly checkpoint?: string; readonly checkpointAsset?: string };

/** Stands for a checkpoint that is to be stored first. */
const asAsset: Carried = {};
/** Of what may be carried so much is left to the words around it. */
const wordsBytes = 1024;

function carriedOf(checkpointPath: string): Carried {
  const checkpoint = readFileSync(checkpointPath).toString('base64');
  return checkpoint.length <= mostResumeBytes - wordsBytes ? { checkpoint } : asAsset;
}

/** The digest of a checkpoint that was stored, while the file stays for an attempt here; null where it could not be. What nobody comes back to is swept with all that nothing names. */
async function storeCopy(checkpointPath: string, { tempDir, store }: Pick<TaskContext, 'tempDir' | 'store'>): Promise<string | null> {
  const path = join(tempDir, 'checkpoint');
  try {
    await copyFile(checkpointPath, path, constants.COPYFILE_FICLONE);
    return (await store({ path, mediaType: 'application/octet-stream' })).digest;
  } catch (error) {
    if (error instanceof FilmwrightError) return null;
    throw error;
  }
}

type Taking = { readonly checkpointPath: string; readonly pathOf: TaskContext['pathOf'] };

/** Puts down what an attempt elsewhere left, unless an attempt here left something too. What was swept meanwhile is drawn anew. */
async function takeOver(left: unknown, { checkpointPath, pathOf }: Taking): Promise<void> {
  const { checkpoint, checkpointAsset } = Object(left) as { readonly checkpoint?: unknown; readonly checkpointAsset?: unknown };
  try {
    if (typeof checkpoint === 'string') await writeFile(checkpointPath, Buffer.from(checkpoint, 'base64'), { flag: 'wx' });
    else if (typeof checkpointAsset === 'string') await copyFile(await pathOf(checkpointAsset), checkpointPath, constants.COPYFILE_EXCL);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code !== 'EEXIST' && code !== 'not-found') throw error;
  }
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
