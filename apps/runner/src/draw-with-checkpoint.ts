import { rm } from 'node:fs/promises';
import { FilmwrightError } from '@filmwright/contracts';
import type { GenerateRequest } from '@filmwright/engines/diffusion/generate-request';
import type { Generated, GenerateOptions } from '@filmwright/engines/diffusion/generated';
import type { DiffusionEngine, DiffusionModel } from '@filmwright/engines/diffusion/open-diffusion-engine';
import { ModelFault } from '@filmwright/engines/models/model-fault';
import type { ShelvedModel } from '@filmwright/engines/models/model-shelf';
import { RevisionFault } from '@filmwright/engines/models/revision-fault';
import { HandedBack } from './borders.ts';
import { asCheckpoint, checkpointOf, handedBack } from './checkpoint-file.ts';
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

/**
 * Draws with a checkpoint after each step, under the task's key: whatever ends an attempt, the next one on this machine goes on from its last step, and
 * so does one elsewhere that it is handed back to, by an asset where a checkpoint is too large for what is carried. Where the model's process is killed, the drawing goes on at once as long as it gets further. Throws
 * a `ModelFault` where the revision is at fault.
 */
export async function drawWithCheckpoint({ model, shelved, request }: Drawing, { context, onStep }: DrawingPlace): Promise<Generated> {
  const { borders } = context;
  const checkpointPath = await checkpointOf(context);
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
          if (progress.step < progress.steps) borders.reach(() => asCheckpoint);
        },
      });
      for (const path of [checkpointPath, `${checkpointPath}.part`]) await rm(path, { force: true });
      return drawn;
    } catch (error) {
      if (error instanceof HandedBack) {
        const back = await handedBack({ ...context, checkpointPath });
        // What cannot be stored just now is not given away: the drawing goes on here, and is asked for again at its next border.
        if (back === null) continue;
        throw back;
      }
      if (!(error instanceof FilmwrightError)) throw error;
      if (error.code === 'program-failed' && error.retryable && furthest > before) continue;
      if (error instanceof RevisionFault) throw new ModelFault(shelved, error);
      throw error;
    }
  }
}
