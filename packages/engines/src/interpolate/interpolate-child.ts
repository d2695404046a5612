// The program of an interpolation model's own process: holds the model and the last two pictures, and draws what lies between them.
import { InferenceSession } from 'onnxruntime-node';
import { answerParent } from '../answer-parent.ts';
import { sessionOptions } from '../compute/session-options.ts';
import { endWithParent } from '../end-with-parent.ts';
import type { Picture } from '../onnx/picture.ts';
import { Faulty, type Planes, planesOf, rgbaOf, runBetween, type Sizes, sizesOf } from './draw-between.ts';
import type { BetweenAnswer, BetweenRequest, SentPicture } from './open-interpolator.ts';
import { scenesDiffer } from './scenes-differ.ts';
import { shrinkPicture, warpBetween } from './warp-between.ts';

type Open = Extract<BetweenRequest, { readonly kind: 'open' }>;
type Draw = Extract<BetweenRequest, { readonly kind: 'draw' }>;
/** A picture, and as the model takes it: itself, or a copy of it that is smaller. */
type Held = { readonly picture: Picture; readonly planes: Planes };

let model: { readonly session: InferenceSession; readonly open: Open } | undefined;
let held = new Map<number, Held>();
/** The pair of pictures that was looked at last, and whether they show different scenes. */
const looked = { pair: '', differ: false };

async function open(asked: Open): Promise<BetweenAnswer> {
  const session = await InferenceSession.create(asked.path, sessionOptions(asked));
  model = { session, open: asked };
  return { kind: 'opened' };
}

async function draw({ width, height, before, after, at }: Draw): Promise<BetweenAnswer> {
  if (model === undefined) throw new Error('The model is not open.');
  const { session, open: settings } = model;
  const by = Math.max(settings.shrink, Math.ceil(Math.sqrt((width * height) / settings.mostPixels)));
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
  const cpu = process.cpuUsage();
  const rgba = await drawn({ session, sizes, by, pair, at, settings, isNew: `${before.number} ${after.number}` !== looked.pair });
  looked.pair = `${before.number} ${after.number}`;
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...{ kind: 'drawn', rgba, runMs: performance.now() - startMs, cpuMs: (user + system) / 1000 },
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

type Drawing = {
  readonly session: InferenceSession;
  readonly sizes: Sizes;
  readonly by: number;
  readonly pair: readonly [Held, Held];
  readonly at: number;
  readonly settings: Open;
  readonly isNew: boolean;
};

/** The picture at a moment; null where the two show different scenes, which is looked at with their first moment. */
async function drawn({ session, sizes, by, pair, at, settings, isNew }: Drawing): Promise<Uint8Array | null> {
  const [before, after] = pair;
  const request = { session, sizes, before: before.planes, after: after.planes, at };
  const wanted = by > 1 ? { [settings.flow]: 4, [settings.share]: 1 } : isNew ? { [settings.flow]: 4, out0: 3 } : { out0: 3 };
  if (!isNew && looked.differ) return null;
  const given = await runBetween(request, wanted);
  if (isNew) {
    const planes = { before: before.planes.data as Float32Array, after: after.planes.data as Float32Array };
    looked.differ = scenesDiffer({ sizes, ...planes, flow: given[0] as Float32Array });
    if (looked.differ) return null;
  }
  if (by === 1) return rgbaOf(given.at(-1) as Float32Array, sizes);
  const [flow, share] = given as [Float32Array, Float32Array];
  return warpBetween({ before: before.picture, after: after.picture, by, movement: { sizes, flow, share } });
}

endWithParent();
answerParent(async (request: BetweenRequest): Promise<BetweenAnswer> => {
  try {
    return await (request.kind === 'open' ? open(request) : draw(request));
  } catch (error) {
    if (error instanceof Faulty) return { kind: 'faulty', message: error.message };
    throw error;
  }
});
