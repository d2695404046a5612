import type { Credit, Generate, Generator, Issue, Media, Payload, Shot } from '@filmwright/contracts';
import { textHash } from '../figure/seeded.ts';
import type { Size } from '../film/frames.ts';
import { warningAt } from '../film/issues.ts';
import { generatedSize, generateOf, pickGenerator } from './pick-generator.ts';
import { ranks } from './planner.ts';
import type { VisualInput } from './visual-input.ts';

type Picture = Omit<Extract<Media, { readonly type: 'picture' }>, 'meanLuma'>;
/** What a model draws: pixels, and how many frames at which rate; a clip's last frame is its first. */
export type DrawnShape = Size & { readonly frames: number; readonly rate: number };
/** What was drawn, as if it had been uploaded and normalised, undefined while it is drawn; its shape is known before. */
export type GeneratedMedia = {
  readonly shape: DrawnShape;
  readonly media: undefined | Picture | Extract<Media, { readonly type: 'clip' }>;
  readonly credits: readonly Credit[];
  readonly warnings: readonly Issue[];
};

const mostSeed = 2 ** 32;
const defaultStrength = 0.8;
/** Where nobody measured it, a step of one picture takes as long as this for each million of pixels. */
const stepMsPerMegapixel = 20_000;
const startMs = 1500;

/** The seed of a take: takes count up from the one that is named, else from one that follows from the shot's id and the prompt. */
export function seedOfTake(
  asked: Pick<Generate, 'seed' | 'prompt'>,
  { shot, take }: { readonly shot: Pick<Shot, 'id'>; readonly take: number },
): number {
  return ((asked.seed ?? textHash(`${shot.id ?? ''}\n${asked.prompt}`)) + take - 1) % mostSeed;
}

/** The take that is used, and how many a preview draws: always so many that it is among them. */
export function takesOf(shot: Pick<Shot, 'visual' | 'take'>): { readonly take: number; readonly takes: number } {
  const asked = generateOf(shot)?.asked;
  const take = asked?.take ?? shot.take ?? 1;
  return { take, takes: Math.max(take, asked?.takes ?? 1) };
}

/** Has a visual drawn by the model that it names; undefined where nobody offers that. It is not there yet while a take beside it that a preview shows is drawn. */
export function generatedMedia(input: VisualInput, asked: Generate): GeneratedMedia | undefined {
  const { shot, planner, address, index, size, uploads } = input;
  const generator = pickGenerator(asked, input.generators);
  const picture = asked.picture === undefined ? null : uploads.media(asked.picture, 'picture');
  const known = generator !== undefined && picture !== undefined;
  const { take, takes } = takesOf(shot);
  const askFor = (number: number) => {
    const payload: Payload<'generate'> | undefined = !known
      ? undefined
      : {
          model: generator.ref,
          prompt: asked.prompt,
          negativePrompt: asked.negative === undefined || asked.negative === '' ? null : asked.negative,
          seed: seedOfTake(asked, { shot, take: number }),
          steps: asked.steps ?? generator.steps,
          guidance: asked.guidance ?? generator.guidance,
          ...generatedSize(generator, size),
          frames: generator.frames,
          rate: generator.rate,
          closing: generator.loops ? 'loop' : 'swing',
          picture: picture?.asset.digest ?? null,
          strength: picture === null ? 1 : (asked.strength ?? defaultStrength),
        };
    return planner.ask({
      address: `${address}/generate/${number}`,
      kind: 'generate',
      stage: 'prepare',
      shot: index,
      rank: number === take ? ranks.awaited : ranks.rest,
      estimateMs: payload === undefined ? 10_000 : estimateOf(payload, generator),
      payload,
    });
  };
  const drawn = Array.from({ length: input.allTakes ? takes : 1 }, (_, at) => askFor(input.allTakes ? at + 1 : take));
  const made = input.allTakes ? drawn[take - 1] : drawn[0];
  if (made === undefined || drawn.some((one) => one === undefined))
    return generator && { shape: shapeOf(generator, size), media: undefined, credits: [], warnings: [] };
  const { asset, width, height, frames, rate, credit, notices } = made;
  const path = `storyboard[${index}].${generateOf(shot)?.path ?? 'visual'}.generate`;
  const warnings = notices.map((message) => warningAt(path, { code: 'generate', message }));
  const media: GeneratedMedia['media'] =
    frames === 1
      ? { type: 'picture', asset, width, height, hasAlpha: false }
      : { type: 'clip', asset, width, height, durationMs: (frames * 1000) / rate, fps: rate, hasSound: false };
  return { shape: { width, height, frames, rate }, media, credits: [credit], warnings };
}

/** What will be drawn: a clip comes back to its first frame by that frame alone, or by those before it backwards. */
function shapeOf(generator: Generator, size: Size): DrawnShape {
  const { frames, rate, loops } = generator;
  return { ...generatedSize(generator, size), frames: frames === 1 ? 1 : loops ? frames + 1 : 2 * frames - 1, rate };
}

/** Steps run once for the prompt and once more where it is weighed against others; each takes as long as its pixels. */
function estimateOf({ steps, guidance, width, height, frames }: Payload<'generate'>, generator: Generator | undefined): number {
  const runs = steps * (guidance > 1 ? 2 : 1) * frames;
  const whole = generator?.stepMs ?? null;
  const stepMs =
    whole === null || generator === undefined
      ? (stepMsPerMegapixel * width * height) / 1e6
      : (whole * width * height) / (generator.width * generator.height);
  return Math.round(startMs + runs * stepMs);
}
