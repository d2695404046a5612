import { z } from 'zod';
import { figuresVisual } from './film-figures.ts';
import { backdropDesigns, colorSchema, durationSchema, fraction, path } from './film-values.ts';

const fit = z.enum(['cover', 'contain']).default('cover');
const focus = z.tuple([fraction, fraction]).optional().describe('Point kept in view: [0,0] is the top left, [1,1] the bottom right.');
const pictureVisual = z.strictObject({ picture: path, fit, focus });
const clipVisual = z.strictObject({
  clip: path,
  fit,
  focus,
  from: durationSchema.default('0s').describe('Where in the clip to start.'),
  sound: z.union([z.literal('keep'), z.literal('mute')]).default('mute'),
});
const backdropVisual = z.strictObject({
  backdrop: z.enum(backdropDesigns),
  colors: z.array(colorSchema).min(1).max(3).optional(),
});
const subjectSchema = z.strictObject({
  picture: path,
  cutOut: z
    .union([z.literal('auto'), z.literal('alpha'), z.string().min(1)])
    .default('auto')
    .describe('auto: own alpha if it has one, else the default model; alpha: own alpha only; otherwise a model name.'),
  height: z.number().min(0.05).max(1.5).default(0.72).describe('Height of the subject as a share of the frame.'),
  at: z
    .tuple([z.number().min(-0.5).max(1.5), z.number().min(-0.5).max(1.5)])
    .default([0.5, 0.52])
    .describe('Where its centre stands.'),
  shadow: z.enum(['soft', 'floor', 'none']).default('floor'),
});
const stagedVisual = z.strictObject({
  background: z.union([pictureVisual, clipVisual, backdropVisual]),
  subject: subjectSchema,
});
const figuredVisual = figuresVisual(z.union([pictureVisual, clipVisual, backdropVisual]));
export const visualSchema = z.union([pictureVisual, clipVisual, backdropVisual, stagedVisual, figuredVisual]);

export type Visual = z.output<typeof visualSchema>;
