// The program of an interpolation model's own process: holds the model and the last two pictures, and draws what lies between them.
import { InferenceSession } from 'onnxruntime-node';
import { answerParent } from '../answer-parent.ts';
import { endWithParent } from '../end-with-parent.ts';
import type { Picture } from '../onnx/picture.ts';
import { drawBetween, movementBetween, type Planes, planesOf, sizesOf } from './draw-between.ts';
import type { BetweenAnswer, BetweenRequest, SentPicture } from './open-interpolator.ts';
import { shrinkPicture, warpBetween } from './warp-between.ts';

type Open = Extract<BetweenRequest, { readonly kind: 'open' }>;
type Draw = Extract<BetweenRequest, { readonly kind: 'draw' }>;
/** A picture, and as the model takes it: itself, or a copy of it that is smaller. */
type Held = { readonly picture: Picture; readonly planes: Planes };

let model: { readonly session: InferenceSession; readonly open: Open } | undefined;
let held = new Map<number, Held>();

async function open(asked: Open): Promise<BetweenAnswer> {
  const session = await InferenceSession.create(asked.path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: asked.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  model = { session, open: asked };
  return { kind: 'opened' };
}

async function draw({ width, height, before, after, at }: Draw): Promise<BetweenAnswer> {
  if (model === undefined) throw new Error('The model is not open.');
  const { session, open: settings } = model;
  const by = Math.max(1, Math.ceil(Math.sqrt((width * height) / settings.mostPixels)));
  const sizes = sizesOf({ width: Math.ceil(width / by), height: Math.ceil(height / by), multipleOf: settings.multipleOf });
  const hold = ({ number, rgba }: SentPicture): Held => {
    const known = held.get(number);
    if (known !== undefined) return known;
    if (rgba === null) throw new Error(`Picture ${number} was not sent.`);
    const picture = { width, height, rgba };
    return { picture, planes: planesOf((by === 1 ? picture : shrinkPicture(picture, by)).rgba, sizes) };
  };
  const pair = [hold(before), hold(after)] as const;
  held = new Map([
    [before.number, pair[0]],
    [after.number, pair[1]],
  ]);
  const startMs = performance.now();
  const request = { session, sizes, before: pair[0].planes, after: pair[1].planes, at };
  const rgba =
    by === 1
      ? await drawBetween(request)
      : warpBetween({ before: pair[0].picture, after: pair[1].picture, by, movement: await movementBetween(request, settings) });
  return { kind: 'drawn', rgba, runMs: performance.now() - startMs, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

endWithParent();
answerParent((request: BetweenRequest) => (request.kind === 'open' ? open(request) : draw(request)));
