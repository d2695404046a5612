import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { doneBy, drawing, drawnLength, madeClip } from './values.ts';

/** Draws a clip without sound that starts with a given still. */
export const imageToVideo = {
  does: 'brings a picture to life',
  input: z.object({ ...drawing, ...drawnLength, picture: digestSchema }),
  output: z.object({ ...madeClip, ...doneBy }),
} as const;
