import { z } from 'zod';
import { backdropDesigns, path } from '../film-values.ts';
import { creditSchema } from '../measured.ts';
import { modelRefSchema, seedSchema } from './values.ts';

/** What a shot shows: a painted backdrop, one of the pictures and clips that were given, or a picture to be drawn from words. */
export const writtenVisualSchema = z
  .discriminatedUnion('show', [
    z.strictObject({ show: z.literal('backdrop'), design: z.enum(backdropDesigns) }).readonly(),
    z.strictObject({ show: z.literal('picture'), file: path }).readonly(),
    z.strictObject({ show: z.literal('drawing'), prompt: z.string().min(1).max(2000) }).readonly(),
  ])
  .readonly();
export type WrittenVisual = z.infer<typeof writtenVisualSchema>;

/**
 * A shot as it is written before it is a shot of a film. `kind` says how its words stand: an opening or closing card, the beginning of a part, points
 * of a list, a quotation (its heading is who said it), or nothing but what is said. `seconds` is how long a silent shot lasts; null where it is as
 * long as its lines.
 */
export const writtenShotSchema = z
  .strictObject({
    kind: z.enum(['opening', 'part', 'plain', 'points', 'quote', 'closing']),
    heading: z.string().max(120).nullable(),
    points: z.array(z.string().min(1).max(200)).max(8).readonly(),
    lines: z
      .array(z.strictObject({ speaker: z.string().min(1).max(60).nullable(), text: z.string().min(1).max(20_000) }).readonly())
      .max(50)
      .readonly(),
    visual: writtenVisualSchema,
    seconds: z.number().min(1).max(60).nullable(),
  })
  .readonly();
export type WrittenShot = z.infer<typeof writtenShotSchema>;

/** The breakdown of a script: what a writer, a model or the rules of this program, hands over to be made a film document. */
export const writtenStoryboardSchema = z
  .strictObject({ title: z.string().min(1).max(200), shots: z.array(writtenShotSchema).min(1).max(10_000).readonly() })
  .readonly();
export type WrittenStoryboard = z.infer<typeof writtenStoryboardSchema>;

/** The longest script that is broken down at once, in characters. */
export const mostScriptLetters = 100_000;

/** A picture or clip that shots may show, and what a person said of it. */
export const storyboardMediaSchema = z.object({ file: path, kind: z.enum(['picture', 'clip']), note: z.string().max(500) }).readonly();
export type StoryboardMedia = z.infer<typeof storyboardMediaSchema>;

/**
 * Breaks a script down into shots. `drawings` says whether a shot may ask for a picture that is drawn from words; `wishes` is what a person wants of
 * the film beyond its script, in words of their own.
 */
export const storyboard = {
  does: 'breaks a script down into shots',
  input: z.object({
    model: modelRefSchema,
    script: z.string().min(1).max(mostScriptLetters),
    language: z.string().min(2).max(35),
    media: z.array(storyboardMediaSchema).max(200).readonly(),
    drawings: z.boolean(),
    wishes: z.string().max(2000),
    seed: seedSchema,
  }),
  output: z.object({
    storyboard: writtenStoryboardSchema,
    /** How often the model was asked: twice where its first answer had to be put right. */
    rounds: z.number().int().min(1).max(2),
    credit: creditSchema,
    notices: z.array(z.string()).readonly(),
  }),
} as const;
