import { z } from 'zod';

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
