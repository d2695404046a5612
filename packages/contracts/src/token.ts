import { z } from 'zod';

/** A written word and how it is spoken: "1,299.50" is one token of nine spoken words; `start`..`end` index the line's text. */
export const tokenSchema = z
  .object({
    written: z.string(),
    start: z.number().int(),
    end: z.number().int(),
    spoken: z.array(z.string()).readonly(),
    pauseAfter: z.enum(['none', 'comma', 'sentence']),
  })
  .readonly();
export type Token = z.infer<typeof tokenSchema>;
/** When a token is spoken, in milliseconds of its audio; null for a token that is not spoken (an emoji). */
export const tokenTimeSchema = z.object({ startMs: z.number(), endMs: z.number() }).readonly().nullable();
export type TokenTime = z.infer<typeof tokenTimeSchema>;
