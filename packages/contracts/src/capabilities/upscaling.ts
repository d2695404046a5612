import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { clipPiece, doneBy, madeClip, madePicture, modelRefSchema } from './values.ts';

/** Makes pictures larger and clearer; `factor` is of each side, 1..8, and what the model makes beyond it is scaled down. */
const enlarged = { model: modelRefSchema, factor: z.number().min(1).max(8) };

/** A still made larger; `clean` takes specks and thin scratches out of it first. */
export const upscaledPicture = {
  input: z.object({ ...enlarged, picture: digestSchema, clean: z.boolean() }),
  output: z.object({ ...madePicture, ...doneBy }),
} as const;
/** Frames of a clip made larger. */
export const upscaledClip = {
  input: z.object({ ...enlarged, ...clipPiece }),
  output: z.object({ ...madeClip, ...doneBy }),
} as const;

/** Makes a picture or the frames of a clip larger. */
export const upscaling = {
  does: 'makes pictures larger',
  input: z.union([upscaledPicture.input, upscaledClip.input]),
  output: z.union([upscaledClip.output, upscaledPicture.output]),
} as const;
