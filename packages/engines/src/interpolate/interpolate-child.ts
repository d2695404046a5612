// The program of an interpolation model's own process: holds the model and the last two pictures, and draws what lies between them.
import { InferenceSession } from 'onnxruntime-node';
import { answerParent } from '../answer-parent.ts';
import { endWithParent } from '../end-with-parent.ts';
import { drawBetween, type Planes, planesOf, sizesOf } from './draw-between.ts';
import type { BetweenAnswer, BetweenRequest, SentPicture } from './open-interpolator.ts';

type Draw = Extract<BetweenRequest, { readonly kind: 'draw' }>;

let session: InferenceSession | undefined;
let multipleOf = 32;
let held = new Map<number, Planes>();

async function open({ path, multipleOf: sides, threads }: Extract<BetweenRequest, { readonly kind: 'open' }>): Promise<BetweenAnswer> {
  multipleOf = sides;
  session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  return { kind: 'opened' };
}

async function draw({ width, height, before, after, at }: Draw): Promise<BetweenAnswer> {
  if (session === undefined) throw new Error('The model is not open.');
  const sizes = sizesOf({ width, height, multipleOf });
  const planes = ({ number, rgba }: SentPicture): Planes => {
    const known = held.get(number);
    if (known !== undefined) return known;
    if (rgba === null) throw new Error(`Picture ${number} was not sent.`);
    return planesOf(rgba, sizes);
  };
  const pair = [planes(before), planes(after)] as const;
  held = new Map([
    [before.number, pair[0]],
    [after.number, pair[1]],
  ]);
  const startMs = performance.now();
  const rgba = await drawBetween({ session, sizes, before: pair[0], after: pair[1], at });
  return { kind: 'drawn', rgba, runMs: performance.now() - startMs, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

endWithParent();
answerParent((request: BetweenRequest) => (request.kind === 'open' ? open(request) : draw(request)));
