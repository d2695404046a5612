import { z } from 'zod';
import { digestSchema } from '../digest.ts';
import { tokenSchema, tokenTimeSchema } from '../token.ts';

/** Tells when each word of a line is said in given sound: milliseconds from its start, one for each token, null for what is not spoken. */
export const wordTiming = {
  does: 'tells when each word is said',
  input: z.object({ audio: digestSchema, tokens: z.array(tokenSchema).readonly(), language: z.string() }),
  output: z.object({ times: z.array(tokenTimeSchema).readonly(), method: z.string() }),
} as const;
