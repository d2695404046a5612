import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { doneBy, drawing, madePicture } from './values.ts';

/** Draws a still anew from words and another one; `strength` is the share of it that is drawn anew, 0 (nothing) to 1 (all). */
export const imageToImage = {
  does: 'draws a picture anew',
  input: z.object({ ...drawing, picture: digestSchema, strength: z.number().min(0).max(1) }),
  output: z.object({ ...madePicture, ...doneBy }),
} as const;
