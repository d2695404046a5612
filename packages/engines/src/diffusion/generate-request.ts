import { FilmwrightError } from '@filmwright/contracts';
import type { SchedulerKind } from './schedulers/scheduler-settings.ts';

/** A picture as bytes, three a pixel (red, green, blue), rows from the top, nothing between. */
export type RgbPicture = { readonly width: number; readonly height: number; readonly rgb: Uint8Array };

/** What is to be generated. The same request on the same revision gives the same bytes on a CPU with the same number of threads. */
export type GenerateRequest = {
  readonly prompt: string;
  readonly negativePrompt?: string;
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  readonly steps: number;
  /** How strongly the words steer (classifier-free guidance, arXiv 2207.12598); 1 or less runs the model once a step, with the prompt alone. */
  readonly guidance: number;
  readonly width: number;
  readonly height: number;
  /** Pictures of a clip; 1, or left out, for a still. */
  readonly frames?: number;
  /** Starts from this picture instead of noise; of the size that is wanted. */
  readonly initImage?: RgbPicture;
  /** How much of `initImage` is drawn anew, 0..1. */
  readonly strength?: number;
  readonly scheduler?: SchedulerKind;
  /** Whether prompt and negative prompt run as one batch (faster) or one after another (half the memory). */
  readonly guidanceRuns?: 'together' | 'apart';
};

/** What a model can be asked for; sizes in pixels. */
export type GenerateLimits = { readonly multipleOf: number; readonly mostSide: number; readonly mostFrames: number };

/** Throws `request-invalid` with the field, the value found and the value wanted. */
export function checkGenerateRequest(request: GenerateRequest, { multipleOf, mostSide, mostFrames }: GenerateLimits): void {
  const wrong = (field: string, found: unknown, wanted: string): never => {
    throw new FilmwrightError('request-invalid', `Nothing can be generated with ${field} ${String(found)}: wanted ${wanted}.`);
  };
  const whole = (field: string, found: number, [least, most]: readonly [number, number]): void => {
    if (!Number.isSafeInteger(found) || found < least || found > most) wrong(field, found, `a whole number from ${least} to ${most}`);
  };
  whole('seed', request.seed, [0, Number.MAX_SAFE_INTEGER]);
  whole('steps', request.steps, [1, 1000]);
  whole('frames', request.frames ?? 1, [1, mostFrames]);
  for (const field of ['width', 'height'] as const) {
    const found = request[field];
    whole(field, found, [multipleOf, mostSide]);
    if (found % multipleOf !== 0)
      wrong(field, found, `a multiple of ${multipleOf}, as ${Math.max(1, Math.round(found / multipleOf)) * multipleOf}`);
  }
  if (!(request.guidance >= 0 && request.guidance <= 100)) wrong('guidance', request.guidance, 'a number from 0 to 100');
  const { initImage, strength = 0.8 } = request;
  if (!(strength >= 0 && strength <= 1)) wrong('strength', strength, 'a number from 0 to 1');
  if (!initImage) return;
  if (initImage.width !== request.width || initImage.height !== request.height) {
    wrong('a picture of', `${initImage.width}x${initImage.height}`, `${request.width}x${request.height}, the size that is generated`);
  }
  const bytes = request.width * request.height * 3;
  if (initImage.rgb.byteLength !== bytes) wrong('a picture of', `${initImage.rgb.byteLength} bytes`, `${bytes}, three for each pixel`);
}
