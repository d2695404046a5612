import { z } from 'zod';
import { digestSchema } from './digest.ts';

/** What tasks of a drill may ask for beyond their time; left out, they ask for nothing. */
const asked = {
  /** Handed back at borders of so many equal steps, it goes on from the last one. */
  steps: z.number().int().min(1).max(10_000).optional(),
  /** A made-up model that takes so long to load, and stays loaded. */
  model: z
    .object({ name: z.string().min(1).max(100), loadMs: z.number().nonnegative().max(600_000) })
    .readonly()
    .optional(),
  /** So many GPUs of one runner to itself, where runners have any; a slot where it is left out. */
  gpus: z.number().int().min(1).max(64).optional(),
  /** So many of this name may run as one, which takes as long as the longest of them. */
  batch: z
    .object({ name: z.string().min(1).max(100), most: z.number().int().min(1).max(200) })
    .readonly()
    .optional(),
} as const;

/** What a build of purpose `drill` is made of: `layers` rows of `width` tasks that feed each other, and one that takes the last row. */
export const drillSchema = z
  .object({
    title: z.string(),
    drill: z
      .object({
        seed: z.number().int().nonnegative(),
        layers: z.number().int().min(1).max(100),
        width: z.number().int().min(1).max(1000),
        /** About how long a task takes, in milliseconds, and how many bytes it makes. */
        durationMs: z.number().nonnegative().max(600_000),
        bytes: z
          .number()
          .int()
          .min(1)
          .max(64 * 1024 ** 2),
        ...asked,
      })
      .readonly(),
  })
  .readonly();
export type Drill = z.infer<typeof drillSchema>;

/** What one task of a drill does: it takes its time, then makes so many bytes. */
export const drillTaskSchema = z.object({
  seed: z.number().int().nonnegative(),
  durationMs: z.number().nonnegative(),
  bytes: z.number().int().positive(),
  inputs: z.array(digestSchema).readonly(),
  ...asked,
});
