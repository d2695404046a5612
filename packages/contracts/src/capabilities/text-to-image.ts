import { z } from 'zod';
import { doneBy, drawing, madePicture } from './values.ts';

/** Draws a still from words. */
export const textToImage = {
  does: 'draws a picture from words',
  input: z.object(drawing),
  output: z.object({ ...madePicture, ...doneBy }),
} as const;
