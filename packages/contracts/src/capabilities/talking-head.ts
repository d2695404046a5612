import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { doneBy, drawing, drawnLength, madeClip } from './values.ts';

/** Lets a face say given sound: a still that starts to speak. The clip has no sound of its own and is as long as `frames` say. */
export const talkingHead = {
  does: 'lets a face speak',
  input: z.object({ ...drawing, ...drawnLength, prompt: drawing.prompt.nullable(), picture: digestSchema, sound: digestSchema }),
  output: z.object({ ...madeClip, ...doneBy }),
} as const;
