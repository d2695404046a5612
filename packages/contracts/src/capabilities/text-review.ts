import { z } from 'zod';
import { verdictSchema } from './verdict.ts';

/** Words of a text that stand on a list: `start` and `end` count UTF-16 units; `list` says which list, `sure` how sure it is that they are meant so, 0..1. */
export const textFindingSchema = z
  .object({
    path: z.string(),
    words: z.string(),
    start: z.number().int().nonnegative(),
    end: z.number().int().positive(),
    list: z.string(),
    sure: z.number().min(0).max(1),
    verdict: verdictSchema.exclude(['clear']),
  })
  .readonly();
export type TextFinding = z.infer<typeof textFindingSchema>;

/** Looks for words in texts that hurt or offend. `path` says where a text stands; `unread` are the languages of texts that nothing here can judge. */
export const textReview = {
  does: 'finds words in a text that hurt or offend',
  input: z.object({
    texts: z.array(z.object({ path: z.string(), text: z.string(), language: z.string() }).readonly()).readonly(),
  }),
  output: z.object({ findings: z.array(textFindingSchema).readonly(), unread: z.array(z.string()).readonly() }),
} as const;
