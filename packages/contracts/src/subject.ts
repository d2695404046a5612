import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { creditSchema } from './measured.ts';

const share = z.number().min(0).max(1);
const shareBox = z.object({ x: share, y: share, width: share, height: share }).readonly();
/** A rectangle in shares of a picture, 0 to 1. */
export type ShareBox = z.infer<typeof shareBox>;

/**
 * What a picture or a moment of a clip shows, in shares of it: `point` is what to look at, `box` all of the subject, `head` the heads of people.
 * `striking` is what draws the eye where nothing was recognised. `confidence` is 0 for a guess no better than the middle.
 */
export const subjectSampleSchema = z
  .object({
    atMs: z.number().nonnegative(),
    kind: z.enum(['people', 'object', 'striking', 'none']),
    point: z.tuple([share, share]).readonly(),
    box: shareBox,
    head: shareBox.nullable(),
    confidence: share,
  })
  .readonly();
export type SubjectSample = z.infer<typeof subjectSampleSchema>;

/**
 * Looks for what a picture shows, or a part of a clip every `everyMs` and after each cut. `models` are mask models to ask before looking for what is
 * striking; times are milliseconds of the clip, `crop` is the part of its picture that is looked at, in pixels. For a `cut-out` two models are asked
 * what each would cut out: people are found where they are most of what strikes the eye, and nothing is looked for at cuts.
 */
export const subjectSearch = {
  input: z.object({
    media: digestSchema,
    clip: z
      .object({
        fromMs: z.number().nonnegative(),
        untilMs: z.number().positive(),
        everyMs: z.number().positive(),
        fps: z.number().positive(),
        crop: z
          .object({ x: z.number().int(), y: z.number().int(), width: z.number().int(), height: z.number().int() })
          .readonly()
          .nullable()
          .optional(),
      })
      .readonly()
      .nullable(),
    models: z.array(z.string()).readonly(),
    purpose: z.literal('cut-out').optional(),
  }),
  output: z.object({
    samples: z.array(subjectSampleSchema).readonly(),
    cutsMs: z.array(z.number()).readonly(),
    credits: z.array(creditSchema).readonly(),
  }),
} as const;
