import { z } from 'zod';
import { assetSchema, digestSchema } from '../digest.ts';
import { creditSchema } from '../measured.ts';

/** One revision of a model, `name@0123456789ab`, as `modelRef` writes it. */
export const modelRefSchema = z.string().min(1).max(200);
/** The seed of what is drawn by chance: the same seed, request and revision give the same bytes where the device computes alike. */
export const seedSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
/** Length of a side in pixels. */
export const sidePxSchema = z.number().int().positive().max(16_384);

/** What every capability says that was done by a model: whom to credit, and what a person should know of this run. */
export const doneBy = { credit: creditSchema, notices: z.array(z.string()).readonly() };

/** A still that was made; sizes in pixels. */
export const madePicture = { asset: assetSchema, width: sidePxSchema, height: sidePxSchema };
/** A clip that was made; sizes in pixels, `rate` in frames a second. */
export const madeClip = { ...madePicture, frames: z.number().int().positive(), rate: z.number().positive() };

/** A piece of a normalised clip: frames counted from 0 at `rate` frames a second of the clip. */
export const clipPiece = {
  clip: digestSchema,
  rate: z.number().positive(),
  firstFrame: z.number().int().nonnegative(),
  frames: z.number().int().positive(),
};

/**
 * What a model that draws from words is told. `steps` 1..1000 and `guidance` 0..100 (how strongly the words steer) are what the model's card says
 * where they are null.
 */
export const drawing = {
  model: modelRefSchema,
  prompt: z.string().min(1).max(20_000),
  negativePrompt: z.string().max(20_000).nullable(),
  seed: seedSchema,
  steps: z.number().int().min(1).max(1000).nullable(),
  guidance: z.number().min(0).max(100).nullable(),
  width: sidePxSchema,
  height: sidePxSchema,
};
/** How long a drawn clip is, and how fast it plays. */
export const drawnLength = { frames: z.number().int().positive().max(10_000), rate: z.number().positive().max(240) };
