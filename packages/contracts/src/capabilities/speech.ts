import { z } from 'zod';
import { assetSchema } from '../digest.ts';
import { creditSchema } from '../measured.ts';
import { tokenSchema, tokenTimeSchema } from '../token.ts';

/**
 * Speaks one line. `speed` is a factor on the voice's own pace, 0.5..2. The sound is mono; `times` (milliseconds from its start, one for each token)
 * is null where the engine cannot tell; `natural` says that the voice is a trained one.
 */
export const speech = {
  does: 'speaks a line',
  input: z.object({
    tokens: z.array(tokenSchema).readonly(),
    language: z.string(),
    voice: z.string(),
    revision: z.string(),
    speed: z.number(),
  }),
  output: z.object({
    asset: assetSchema,
    sampleRate: z.number().int(),
    samples: z.number().int().positive(),
    times: z.array(tokenTimeSchema).readonly().nullable(),
    credit: creditSchema,
    natural: z.boolean(),
  }),
} as const;
