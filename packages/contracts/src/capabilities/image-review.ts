import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { doneBy, modelRefSchema } from './values.ts';
import { verdictSchema } from './verdict.ts';

/** Shares of the labels that the model knows, 0..1. */
const scoresSchema = z.record(z.string(), z.number().min(0).max(1)).readonly();

/**
 * Says what a normalised picture shows, or a normalised clip of `fps` frames a second at `atMs` (its milliseconds), by the labels that the model knows.
 * `scores` are the highest of all looks; `verdict` is the gravest of them by the thresholds of the model's card, `label` and `atMs` say what made
 * it and where (null for a clear one, and `atMs` for a picture).
 */
export const imageReview = {
  does: 'says what a picture shows',
  input: z.object({
    model: modelRefSchema,
    media: digestSchema,
    clip: z
      .object({ fps: z.number().positive(), atMs: z.array(z.number().nonnegative()).min(1).max(64).readonly() })
      .readonly()
      .nullable(),
  }),
  output: z.object({
    looks: z
      .array(z.object({ atMs: z.number().nullable(), scores: scoresSchema }).readonly())
      .min(1)
      .readonly(),
    scores: scoresSchema,
    verdict: verdictSchema,
    label: z.string().nullable(),
    atMs: z.number().nullable(),
    ...doneBy,
  }),
} as const;
