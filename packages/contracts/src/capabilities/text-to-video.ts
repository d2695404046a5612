import { z } from 'zod';
import { doneBy, drawing, drawnLength, madeClip } from './values.ts';

/** Draws a clip without sound from words. */
export const textToVideo = {
  does: 'draws a clip from words',
  input: z.object({ ...drawing, ...drawnLength }),
  output: z.object({ ...madeClip, ...doneBy }),
} as const;
