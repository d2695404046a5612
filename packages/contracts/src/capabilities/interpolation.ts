import { z } from 'zod';
import { clipPiece, doneBy, madeClip, modelRefSchema } from './values.ts';

/** Makes frames between the frames of a clip: `times` frames for each one there was, evenly spaced in time. */
export const interpolation = {
  does: 'makes frames between frames',
  input: z.object({ ...clipPiece, model: modelRefSchema, times: z.number().int().min(2).max(16) }),
  output: z.object({ ...madeClip, ...doneBy }),
} as const;
