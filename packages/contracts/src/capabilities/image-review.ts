import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { doneBy, modelRefSchema } from './values.ts';

/** Says what a picture shows, by the labels that the model knows, each with how sure it is, 0..1. */
export const imageReview = {
  does: 'says what a picture shows',
  input: z.object({ model: modelRefSchema, picture: digestSchema }),
  output: z.object({ labels: z.record(z.string(), z.number().min(0).max(1)), ...doneBy }),
} as const;
