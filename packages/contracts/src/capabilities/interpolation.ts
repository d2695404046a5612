import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { doneBy, madeClip, modelRefSchema } from './values.ts';

const whole = z.number().int();

/**
 * Makes frames between the frames of a clip. Frame n of what is made shows the clip at the place `(first + n * step) / parts`, counted in frames of the
 * clip from its first at 0, so that every frame is at its moment whatever the two rates are. `rate` is of the clip; what is made says that it plays at `fps`.
 * Movement is looked for on copies that are `shrink` times smaller, or more where those are too large: a clip that was made larger moves no finer.
 */
export const interpolation = {
  does: 'makes frames between frames',
  input: z.object({
    clip: digestSchema,
    model: modelRefSchema,
    rate: z.number().positive(),
    first: whole.nonnegative(),
    step: whole.positive(),
    parts: whole.positive(),
    frames: whole.positive(),
    fps: z.number().positive(),
    shrink: whole.min(1).max(8),
  }),
  /** `drawn` of the frames came from the model, the others are the clip's own; `cuts` counts the scene changes that their colours told. */
  output: z.object({ ...madeClip, drawn: whole.nonnegative(), cuts: whole.nonnegative(), ...doneBy }),
} as const;
