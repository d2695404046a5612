import { z } from 'zod';
import { durationSchema, path, prose } from './film-values.ts';

const languageTag = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'wanted a BCP 47 tag such as en, de or zh-Hans');
const tempo = z.number().min(0.5).max(2);

const originalLineSchema = z.strictObject({
  say: prose,
  voice: z.string().optional(),
  speed: tempo.optional(),
  pause: durationSchema.optional(),
  recording: path.optional(),
});

/**
 * What a dubbed film keeps of its original, so that its shots last as long: the narration of every shot, in order, and the voices that said it.
 * The `dub` of a film document; written by `filmwright make --script`, seldom by hand.
 */
export const dubSchema = z.strictObject({
  of: languageTag.describe('Language of the original.'),
  voices: z
    .record(z.string(), z.strictObject({ use: z.string().min(1), speed: tempo.default(1), pause: durationSchema.optional() }))
    .default({}),
  lines: z.array(z.array(originalLineSchema)).describe('Lines of the original, a list for each shot.'),
});
export type Dub = z.output<typeof dubSchema>;
export type OriginalLine = z.output<typeof originalLineSchema>;

/** One line for a translator: `original` as it was when the script was written; `was` is what it said before, until somebody has looked at the translation again. */
export const scriptLineSchema = z.strictObject({
  id: z.string().min(1),
  original: z.string(),
  translation: z
    .string()
    .nullable()
    .default('')
    .transform((text) => text ?? ''),
  was: z.string().optional(),
  recording: path.optional().describe('Own recording of the translated line.'),
});
export type ScriptLine = z.output<typeof scriptLineSchema>;

/** A script for translation: every text of a film, spoken or shown, with its translation beside it. */
export const scriptSchema = z.strictObject({
  'filmwright-script': z.literal(1).default(1).describe('Version of this format.'),
  from: languageTag.optional(),
  language: languageTag,
  voice: z.string().min(1).optional().describe('Installed voice that reads the translation; the best of the language when left out.'),
  voices: z.record(z.string(), z.string().min(1)).default({}).describe('Installed voices in place of the names of the film.'),
  lines: z.array(scriptLineSchema),
});
export type Script = z.output<typeof scriptSchema>;
