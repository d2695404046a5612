// The program of a diffusion model's own process: loads its networks, draws what it is asked for, several side by side, and ends when its parent is gone.
import { FilmwrightError } from '@filmwright/contracts';
import type { ComputeProvider } from '../compute/compute.ts';
import { endWithParent } from '../end-with-parent.ts';
import { memoryWords } from '../memory-words.ts';
import { RevisionFault } from '../models/revision-fault.ts';
import type { ChildAnswer, ChildRequest, DrawingOrder, NumberedAnswer } from './diffusion-process.ts';
import { draw, Stopped } from './draw.ts';
import type { RgbPicture } from './generate-request.ts';
import { createJointRuns, type Joining, type JointRuns } from './joint-runs.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

let opened: { readonly pipeline: Pipeline; readonly runs: JointRuns } | undefined;
let name = '';
/** Drawings that are under way and wanted. */
const wanted = new Set<number>();

const tell = (id: number, answer: ChildAnswer): void => void process.send?.({ id, answer } satisfies NumberedAnswer);

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

/** On CUDA the first that was drawn stays, whatever its last bits; TensorRT would build an engine for each number of pictures, which takes minutes. */
function joiningOf(provider: ComputeProvider): Joining {
  if (provider === 'tensorrt') return 'never';
  return provider === 'cuda' ? 'always' : 'same';
}

async function open(request: Extract<ChildRequest, { kind: 'open' }>): Promise<ChildAnswer> {
  name = request.name;
  const runs = createJointRuns(joiningOf(request.provider));
  const pipeline = await openPipeline({ ...request, runs });
  opened = { pipeline, runs };
  const { files, clips, canEncode, providers } = pipeline;
  return { kind: 'opened', multipleOf: files.latentPixels * files.latentMultiple, clips, canEncode, providers };
}

async function drawOne({ id, request, ...how }: DrawingOrder & { readonly id: number }): Promise<ChildAnswer> {
  if (opened === undefined) throw new Error('The model is not open.');
  const { pipeline, runs } = opened;
  try {
    const options = {
      ...how,
      stopped: () => !wanted.has(id),
      onStep: (progress: Omit<Extract<ChildAnswer, { kind: 'step' }>, 'kind'>) => tell(id, { kind: 'step', ...progress }),
      onFrame: (index: number, picture: RgbPicture) => tell(id, { kind: 'frame', index, picture }),
    };
    const result = await draw({ pipeline, model: name }, { request, options });
    return { kind: 'drawn', ...result, peakBytes: process.resourceUsage().maxRSS * 1024, jointRuns: runs.count() };
  } finally {
    wanted.delete(id);
    runs.leave();
  }
}

function answerWith(id: number, work: Promise<ChildAnswer>): void {
  work
    .catch((error: unknown): ChildAnswer => (error instanceof Stopped ? { kind: 'stopped' } : failure(error)))
    .then((answer) => tell(id, answer));
}

process.on('disconnect', () => process.exit(0));
endWithParent();
process.on('message', (request: ChildRequest) => {
  if (request.kind === 'open') return answerWith(0, open(request));
  if (request.kind === 'stop') return void wanted.delete(request.id);
  opened?.runs.enter(request.drawings.length);
  for (const { id } of request.drawings) wanted.add(id);
  for (const drawing of request.drawings) answerWith(drawing.id, drawOne(drawing));
});
