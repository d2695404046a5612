import { z } from 'zod';

/** Which model wrote a film's storyboard from a script, and on what terms; it stands in the credits of every film made of it. */
export const writtenBySchema = z.strictObject({
  model: z.string().min(1).max(200).describe('The model, as `name@revision`.'),
  licence: z.string().min(1).max(200),
  source: z.string().min(1).max(300).describe('The name that its server has for it.'),
  commercialUse: z
    .enum(['forbidden', 'unclear'])
    .optional()
    .describe('Said where the licence forbids commercial use, or leaves it unclear.'),
});
