import { z } from 'zod';
import { aspects } from './film-values.ts';

export type Aspect = (typeof aspects)[number];

/** What a shot may change in another shape of the frame; `null` takes a key away. Checked as part of the shot once it is merged over it. */
const changesSchema = z.strictObject({
  narration: z.unknown().optional(),
  length: z.unknown().optional(),
  visual: z.unknown().optional(),
  camera: z.unknown().optional(),
  motion: z.unknown().optional(),
  filters: z.unknown().optional(),
  text: z.unknown().optional(),
  transition: z.unknown().optional(),
  captions: z.unknown().optional(),
  logo: z.unknown().optional(),
});

/** Keys of a shot that replace its own in one shape of the frame, by shape. */
export const shotAspectsSchema = z
  .strictObject(
    Object.fromEntries(aspects.map((aspect) => [aspect, changesSchema.optional()])) as Record<Aspect, z.ZodOptional<typeof changesSchema>>,
  )
  .describe('What is different about the shot in one shape of the frame: keys of the shot that replace its own there.');

/** Shapes of the frame that are made beside the film's own. */
export const outputAspectsSchema = z
  .array(z.enum(aspects))
  .max(4)
  .default([])
  .describe('Other shapes that the film is made in too; what was placed for its own shape is laid out anew in them.');
