import { z } from 'zod';
import { outputAspectsSchema, shotAspectsSchema } from './film-aspects.ts';
import { dubSchema } from './film-dub.ts';
import { cameraSchema, characterSchema, lineFigureKeys } from './film-figures.ts';
import {
  aspects,
  colorSchema,
  durationSchema,
  easings,
  fraction,
  frameRates,
  motionNames,
  path,
  prose,
  resolutions,
  textPositions,
  textStyles,
  transitionKinds,
} from './film-values.ts';
import { visualSchema } from './film-visual.ts';
import { writtenBySchema } from './film-written-by.ts';

const formatSchema = z.strictObject({
  aspect: z.enum(aspects).default('16:9'),
  resolution: z.enum(resolutions).default('1080p'),
  fps: z
    .union(
      frameRates.map((rate) => z.literal(rate)) as [
        z.ZodLiteral<24>,
        z.ZodLiteral<25>,
        z.ZodLiteral<30>,
        z.ZodLiteral<50>,
        z.ZodLiteral<60>,
      ],
    )
    .default(30),
});

const voiceSchema = z.strictObject({
  use: z.string().min(1).describe('Id of an installed voice (see `filmwright voices`) or the path of a voice folder.'),
  speed: z.number().min(0.5).max(2).default(1),
  pause: durationSchema.optional().describe('Silence after each line.'),
});

const fontSchema = z.strictObject({ regular: path, bold: path.optional() });
const brandSchema = z.strictObject({
  colors: z
    .strictObject({
      primary: colorSchema.default('#1f2a44'),
      accent: colorSchema.default('#ffb347'),
      background: colorSchema.default('#f4f1ec'),
      text: colorSchema.default('#14181f'),
    })
    .prefault({}),
  font: z.union([z.literal('default'), fontSchema]).default('default'),
  logo: path.optional(),
});

const lineSchema = z.strictObject({
  say: prose,
  voice: z.string().optional().describe('Name of an entry in `voices`.'),
  speed: z.number().min(0.5).max(2).optional(),
  pause: durationSchema.optional().describe('Silence after this line.'),
  recording: path.optional().describe('Own recording of this line, used instead of speech; `say` is then its transcript.'),
  words: z
    .record(z.string().regex(/^\d{1,5}$/, 'wanted the number of a word, counted from 0'), z.tuple([durationSchema, durationSchema]))
    .optional()
    .describe('Start and end of single words from the start of the line, where what was heard is to be put right.'),
  ...lineFigureKeys,
});

const viewSchema = z.strictObject({
  zoom: z.number().min(1).max(4).default(1),
  center: z.tuple([fraction, fraction]).default([0.5, 0.5]),
});
const motionSchema = z.union([
  z.enum(motionNames),
  z.strictObject({
    move: z.enum(motionNames).optional(),
    from: viewSchema.optional(),
    to: viewSchema.optional(),
    amount: z.number().min(0).max(1).default(0.12).describe('How far a named move goes, as a share of the frame.'),
    ease: z.enum(easings).default('ease'),
    parallax: z.number().min(0).max(1).default(0.5).describe('How much more the subject moves than its background.'),
  }),
]);

const filtersSchema = z.strictObject({
  look: path.optional().describe('Colour grade: a .cube look-up table.'),
  lookStrength: fraction.default(1),
  denoise: fraction.default(0),
  blur: z.number().min(0).max(100).default(0).describe('Radius in pixels of a 1080p frame.'),
  sharpen: fraction.default(0),
  vignette: fraction.default(0),
  grain: fraction.default(0),
});

const textSchema = z.strictObject({
  text: z.union([prose, z.array(z.string().max(500)).min(1).max(8)]),
  style: z.enum(textStyles).default('title'),
  position: z.enum(textPositions).optional(),
  width: z.number().min(0.1).max(1).optional().describe('Widest share of the frame it may take.'),
  size: z.number().min(0.25).max(4).default(1).describe('Factor on the size of its style.'),
  color: colorSchema.optional(),
  fill: colorSchema.optional().describe('Colour of the shape behind it (price tag, button, label).'),
  at: durationSchema.default('0s').describe('When in the shot it appears.'),
  for: durationSchema.optional().describe('How long it stays; to the end of the shot when left out.'),
  enter: z.enum(['rise', 'fade', 'pop', 'none']).default('rise'),
});

const transitionSchema = z.union([
  z.enum(transitionKinds),
  z.strictObject({ kind: z.enum(transitionKinds), length: durationSchema.default('500ms') }),
]);

export const shotSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'wanted lower-case letters, digits and hyphens')
    .optional(),
  narration: z
    .union([
      prose,
      lineSchema,
      z
        .array(z.union([prose, lineSchema]))
        .min(1)
        .max(200),
    ])
    .optional(),
  take: z
    .number()
    .int()
    .min(1)
    .max(99)
    .optional()
    .describe('Which attempt at the shot is used: another one is read, moved and acted a little differently.'),
  takes: z
    .number()
    .int()
    .min(1)
    .max(99)
    .optional()
    .describe('How many attempts were asked for, so that all of them can be compared again.'),
  length: durationSchema.optional().describe('Length of the shot; the length of its narration when left out.'),
  visual: visualSchema.optional(),
  camera: cameraSchema.optional().describe('What the camera shows of the figures until a line cuts elsewhere.'),
  motion: motionSchema.optional(),
  filters: filtersSchema.optional(),
  text: z.union([textSchema, z.array(textSchema).max(12)]).optional(),
  transition: transitionSchema.optional().describe('How this shot is entered from the one before it.'),
  captions: z.boolean().optional().describe('False keeps captions off this shot.'),
  logo: z.boolean().optional().describe('False keeps the brand mark off this shot.'),
  aspects: shotAspectsSchema.optional(),
});

const soundtrackSchema = z.strictObject({
  music: path.optional(),
  volume: z.number().min(-60).max(6).default(-16).describe('Music level in dB while nobody speaks.'),
  duck: z.number().min(0).max(40).default(12).describe('How many dB lower the music is under speech.'),
  fadeIn: durationSchema.default('1s'),
  fadeOut: durationSchema.default('2s'),
  loudness: z.number().min(-31).max(-9).default(-14).describe('Integrated loudness of the film in LUFS.'),
});

const captionsSchema = z.strictObject({
  burn: z.boolean().default(true),
  style: z.enum(['boxed', 'outlined']).default('boxed'),
  position: z.enum(['bottom', 'center', 'top']).default('bottom'),
  size: z.number().min(0.5).max(2).default(1),
  color: colorSchema.default('#ffffff'),
  highlight: colorSchema.optional().describe('Colour of the word being spoken; the accent colour when left out.'),
});

const masterSchema = z.strictObject({
  quality: z.enum(['draft', 'standard', 'high']).default('standard'),
  audioBitrate: z.number().int().min(96).max(320).default(192).describe('Kilobits per second.'),
});

export const filmSchema = z.strictObject({
  filmwright: z.literal(1).default(1).describe('Version of this document format.'),
  title: z.string().trim().min(1).max(200),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'wanted a BCP 47 tag such as en, de or zh-Hans')
    .default('en'),
  format: formatSchema.prefault({}),
  voices: z.record(z.string(), voiceSchema).default({}),
  voice: z.string().optional().describe('Entry of `voices`, or the id of an installed voice, for lines that name none.'),
  characters: z.record(z.string(), characterSchema).default({}),
  brand: brandSchema.prefault({}),
  storyboard: z.array(shotSchema).min(1).max(10_000),
  soundtrack: soundtrackSchema.prefault({}),
  captions: z.union([z.literal(false), captionsSchema]).prefault({}),
  outputs: z
    .strictObject({
      master: masterSchema.prefault({}),
      aspects: outputAspectsSchema,
      package: z
        .boolean()
        .default(false)
        .describe('True makes a package for browsers too: HLS and DASH with smaller renditions, poster and thumbnails.'),
    })
    .prefault({}),
  writtenBy: writtenBySchema.optional().describe('The model that wrote the storyboard; left out of what people and rules wrote.'),
  dub: dubSchema.optional().describe('Of a film dubbed from a script: what the original said, so that every shot keeps its length.'),
});

/** A film document with all defaults filled in. */
export type Film = z.output<typeof filmSchema>;
/** A film document as a person writes it. */
export type FilmDocument = z.input<typeof filmSchema>;
export type Shot = Film['storyboard'][number];
export type Line = z.output<typeof lineSchema>;
export type TextBlock = z.output<typeof textSchema>;
export type Filters = z.output<typeof filtersSchema>;
export type Motion = z.output<typeof motionSchema>;
