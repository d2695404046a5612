import { z } from 'zod';
import { path } from './film-values.ts';

/** A model of generating as a film names it: a name, or one revision of it. */
const generatorName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,99}(@[0-9a-f]{12})?$/,
    'wanted the name of a model, such as backdrops, or a revision of it, backdrops@0123456789ab',
  );
const take = z.number().int().min(1).max(99);

/** What is drawn from words: a picture, or a short clip that loops. */
export const generateSchema = z.strictObject({
  prompt: z.string().trim().min(1).max(2000).describe('What is to be seen.'),
  negative: z.string().trim().max(2000).optional().describe('What is not to be seen.'),
  model: generatorName
    .optional()
    .describe('A model that draws (see `filmwright models`), or one revision of it; the best that is there when left out.'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional()
    .describe('The same seed draws the same again; one that follows from the shot and its prompt when left out.'),
  steps: z.number().int().min(1).max(200).optional().describe('More steps draw finer and take longer; those of the model when left out.'),
  guidance: z.number().min(0).max(30).optional().describe('How strongly the words steer; that of the model when left out.'),
  picture: path.optional().describe('Starts from this picture instead of from noise.'),
  strength: z.number().min(0).max(1).optional().describe('How much of `picture` is drawn anew, 0 to 1; 0.8 when left out.'),
  take: take.optional().describe('Which of the takes is used; that of the shot when left out. Each take has a seed of its own.'),
  takes: take.optional().describe('How many takes a preview draws, so that one can be chosen.'),
});
/** What a shot's visual asks a model to draw, as a document says it. */
export type Generate = z.output<typeof generateSchema>;
