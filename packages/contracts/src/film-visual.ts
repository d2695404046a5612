import { z } from 'zod';
import { figuresVisual } from './film-figures.ts';
import { generateSchema } from './film-generate.ts';
import { backdropDesigns, colorSchema, durationSchema, fraction, path } from './film-values.ts';

const fit = z.enum(['cover', 'contain']).default('cover');
const focus = z.tuple([fraction, fraction]).optional().describe('Point kept in view: [0,0] is the top left, [1,1] the bottom right.');
const upscaleFactor = z.union([z.literal('auto'), z.number().min(1).max(8)]);
const upscaleTimes = [z.literal('auto'), z.literal(2), z.literal(3), z.literal(4)] as const;
const upscaleBy = { by: upscaleFactor.default('auto'), model: z.string().min(1).max(200).optional() };
/** Whether a model makes a clip larger, and how much. */
const upscaleSchema = z.union([...upscaleTimes, z.strictObject(upscaleBy)]);
/** The same of a picture, which may be cleaned first. */
const upscalePictureSchema = z.union([
  ...upscaleTimes,
  z.strictObject({ ...upscaleBy, clean: z.boolean().optional().describe('Specks and thin scratches are taken out first.') }),
]);
export type Upscale = z.output<typeof upscaleSchema>;
export type UpscalePicture = z.output<typeof upscalePictureSchema>;
const upscaleMeans =
  'A model makes the picture larger and clearer before it is shown: auto, as much as the frame shows of it and not at all where it is large enough; 2, 3 or 4 times; or {by, model}.';
const upscale = upscaleSchema.optional().describe(upscaleMeans);
const pictureVisual = z.strictObject({ picture: path, fit, focus, upscale: upscalePictureSchema.optional().describe(upscaleMeans) });
const share = z.number().min(0).max(1);
/** Whether a model draws the frames that a slowed clip lacks. */
const interpolateSchema = z.union([z.boolean(), z.strictObject({ model: z.string().min(1).max(200) })]);
export type Interpolate = z.output<typeof interpolateSchema>;
const interpolate = interpolateSchema
  .optional()
  .describe(
    'Frames between the own ones of the clip are drawn by a model where it plays slower than the film needs: true, or {model: name}.',
  );
/** What is taken of a clip, and how fast it plays. */
const clipRange = {
  clip: path,
  from: durationSchema.default('0s').describe('Where in the clip to start.'),
  to: durationSchema.optional().describe('Where in the clip to stop; its end when left out.'),
  speed: z.number().min(0.25).max(4).default(1).describe('2 plays twice as fast; below 1 is slow motion.'),
  interpolate,
  loop: z.boolean().default(false).describe('Start over at the end; otherwise the last frame stays.'),
  crop: z
    .tuple([share, share, share, share])
    .optional()
    .describe('Part of the picture to show: left, top, width and height as shares of it.'),
  sound: z
    .enum(['keep', 'duck', 'mute'])
    .default('mute')
    .describe("The clip's own sound: as it is, lowered while somebody speaks, or silent."),
  volume: z.number().min(-60).max(12).default(0).describe("Level of the clip's own sound in dB."),
};
const clipVisual = z.strictObject({ ...clipRange, fit, focus, upscale });
const backdropVisual = z.strictObject({
  backdrop: z.enum(backdropDesigns),
  colors: z.array(colorSchema).min(1).max(3).optional(),
});
const generatedVisual = z.strictObject({ generate: generateSchema, fit, focus, interpolate, upscale });
const subjectPlace = {
  height: z
    .number()
    .min(0.05)
    .max(1.5)
    .optional()
    .describe('Height of the subject as a share of the frame; as high as texts and captions allow when left out.'),
  at: z
    .tuple([z.number().min(-0.5).max(1.5), z.number().min(-0.5).max(1.5)])
    .optional()
    .describe('Where its centre stands; clear of texts and captions when left out.'),
  shadow: z.enum(['soft', 'floor', 'none']).default('floor'),
};
const pictureSubject = z.strictObject({
  picture: path,
  cutOut: z
    .union([z.literal('auto'), z.literal('alpha'), z.string().min(1)])
    .default('auto')
    .describe(
      'auto: own alpha if it has one, else the model for people or the one for things, as a look at it says; alpha: own alpha only; otherwise a model name.',
    ),
  ...subjectPlace,
});
const clipSubject = z.strictObject({
  ...clipRange,
  cutOut: z
    .string()
    .min(1)
    .default('auto')
    .describe('auto: the model for people or the one for things, as looks over the clip say; otherwise a model name.'),
  ...subjectPlace,
});
const subjectSchema = z.union([pictureSubject, clipSubject]);
const stagedVisual = z.strictObject({
  background: z.union([pictureVisual, clipVisual, backdropVisual, generatedVisual]),
  subject: subjectSchema,
});
const figuredVisual = figuresVisual(z.union([pictureVisual, clipVisual, backdropVisual, generatedVisual]));
export const visualSchema = z.union([pictureVisual, clipVisual, backdropVisual, generatedVisual, stagedVisual, figuredVisual]);

export type Visual = z.output<typeof visualSchema>;
