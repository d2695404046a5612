import { z } from 'zod';
import { doneBy, modelRefSchema } from './values.ts';

/** Says what a text is about, by the labels that the model knows, each with how sure it is, 0..1. */
export const textReview = {
  does: 'says what a text is about',
  input: z.object({ model: modelRefSchema, text: z.string().min(1).max(100_000), language: z.string() }),
  output: z.object({ labels: z.record(z.string(), z.number().min(0).max(1)), ...doneBy }),
} as const;
