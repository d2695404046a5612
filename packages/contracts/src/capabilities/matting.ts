import { z } from 'zod';
import { boxSchema } from '../composition.ts';
import { assetSchema, digestSchema } from '../digest.ts';
import { creditSchema } from '../measured.ts';
import { clipPiece, modelRefSchema, sidePxSchema } from './values.ts';

/**
 * Cuts the subject out of a still; the model `alpha` takes the picture's own alpha only. Sizes are pixels of the picture; `coverage` is the share of
 * it that the subject fills, 0..1; the credit is null where no model was needed.
 */
export const matting = {
  does: 'cuts a subject out of a picture',
  input: z.object({ picture: digestSchema, model: modelRefSchema }),
  output: z.object({
    asset: assetSchema,
    width: sidePxSchema,
    height: sidePxSchema,
    subject: boxSchema,
    coverage: z.number(),
    credit: creditSchema.nullable(),
  }),
} as const;

/**
 * How much alpha changes from frame to frame at the edges of what was cut out, 0..1, where the picture itself stands still: the mean, and the mean of
 * the worst two frames that follow each other. `pixels` is how many were looked at.
 */
export const flickerSchema = z.object({ mean: z.number(), worst: z.number(), pixels: z.number().int().positive() }).readonly();

/**
 * Cuts a subject out of frames of a clip. The asset's picture is twice as high as the part that was cut out: its lower half is the matte. `found`
 * counts the frames with a subject in them; the box, in pixels of the upper half, holds it in all frames. `flicker` is null where nothing stands still,
 * and left out by what was made before it was measured.
 */
export const videoMatting = {
  does: 'cuts a subject out of a clip',
  input: z.object({ ...clipPiece, model: modelRefSchema, crop: boxSchema.nullable() }),
  output: z.object({
    asset: assetSchema,
    width: sidePxSchema,
    height: sidePxSchema,
    frames: z.number().int(),
    found: z.number().int(),
    subject: boxSchema.nullable(),
    flicker: flickerSchema.nullable().optional(),
    credit: creditSchema,
  }),
} as const;
