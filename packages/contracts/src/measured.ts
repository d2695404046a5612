import { z } from 'zod';

/** What made something, for the report: name, revision and licence of a voice, model or font. */
export const creditSchema = z
  .object({
    role: z.enum(['voice', 'model', 'font', 'program']),
    name: z.string(),
    licence: z.string(),
    source: z.string(),
    note: z.string().optional(),
    /** Which revision of a model. */
    revision: z.string().optional(),
    /** Said where the licence forbids commercial use, or leaves it unclear. */
    commercialUse: z.enum(['forbidden', 'unclear']).optional(),
  })
  .readonly();
export type Credit = z.infer<typeof creditSchema>;

/** Momentary loudness (EBU R 128) along the film: milliseconds and LUFS, the mean power until the next point; -70 where it is silent. */
export const loudnessCurveSchema = z.array(z.tuple([z.number(), z.number()]).readonly()).readonly();
/** How far words are shown from where they are heard; `drifts` are the distances in milliseconds, in the order in which they are heard, at most 2000 of them. */
export const captionDriftSchema = z
  .object({ method: z.string(), words: z.number().int(), p50Ms: z.number(), p95Ms: z.number(), drifts: z.array(z.number()).readonly() })
  .readonly();
