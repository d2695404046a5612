// The program of a diffusion model's own process: loads its networks, draws one request after another, and ends when its parent is gone.
import { FilmwrightError } from '@filmwright/contracts';
import { endWithParent } from '../end-with-parent.ts';
import { memoryWords } from '../memory-words.ts';
import type { ChildAnswer, ChildRequest } from './diffusion-process.ts';
import { draw, Stopped } from './draw.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import { RevisionFault } from './revision-fault.ts';

let pipeline: Pipeline | undefined;
let name = '';
let stopped = false;

const answer = (message: ChildAnswer): void => void process.send?.(message);

function failure(error: unknown): ChildAnswer {
  const message = error instanceof Error ? error.message : String(error);
  const blamesModel = error instanceof RevisionFault;
  if (error instanceof FilmwrightError) return { kind: 'failed', code: error.code, message, retryable: error.retryable, blamesModel };
  if (memoryWords.test(message)) {
    return {
      kind: 'failed',
      code: 'out-of-memory',
      message: `There is not enough memory for the model ${name}: ${message}`,
      retryable: true,
      blamesModel,
    };
  }
  return { kind: 'failed', code: 'program-failed', message: `The model ${name} failed: ${message}`, retryable: true, blamesModel };
}

async function handle(request: ChildRequest): Promise<void> {
  if (request.kind === 'open') {
    name = request.name;
    pipeline = await openPipeline(request);
    const { files, clips, canEncode, providers } = pipeline;
    return answer({ kind: 'opened', multipleOf: files.latentPixels * files.latentMultiple, clips, canEncode, providers });
  }
  if (request.kind === 'stop') {
    stopped = true;
    return;
  }
  if (!pipeline) throw new Error('The model is not open.');
  stopped = false;
  const result = await draw(
    { pipeline, model: name },
    {
      request: request.request,
      options: {
        checkpoint: request.checkpoint,
        previewEverySteps: request.previewEverySteps,
        previewEveryMs: request.previewEveryMs,
        stopped: () => stopped,
        onStep: (progress) => answer({ kind: 'step', ...progress }),
        onFrame: (index, picture) => answer({ kind: 'frame', index, picture }),
      },
    },
  );
  answer({ kind: 'drawn', ...result, peakBytes: process.resourceUsage().maxRSS * 1024 });
}

process.on('disconnect', () => process.exit(0));
endWithParent();
process.on('message', (request: ChildRequest) => {
  handle(request).catch((error: unknown) => answer(error instanceof Stopped ? { kind: 'stopped' } : failure(error)));
});
