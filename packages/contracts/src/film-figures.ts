import { z } from 'zod';
import { colorSchema, fraction, path } from './film-values.ts';

const name = z.string().min(1).max(64);

/** A drawn person of the film: a rig, in colours of its own, with a voice. */
export const characterSchema = z.strictObject({
  rig: path.describe('mara or jonas, who come along, or the path of a rig of your own (see the guide to rigs).'),
  look: name.optional().describe('One of the sets of colours that the rig has.'),
  colors: z.record(z.string(), colorSchema).optional().describe('Colours in place of those of the rig and look, by name.'),
  voice: z.string().min(1).optional().describe('Entry of `voices`, or the id of an installed voice.'),
});
export type Character = z.output<typeof characterSchema>;

export const cameraFramings = ['close', 'medium', 'wide'] as const;
/** What the camera shows: the whole frame (`wide`), or a figure from the head down to the chest (`close`) or the waist (`medium`). */
export const cameraSchema = z.union([
  z.literal('wide'),
  z.strictObject({ on: name.describe('Character that the camera shows.'), framing: z.enum(cameraFramings).default('medium') }),
]);
export type Camera = z.output<typeof cameraSchema>;

/** Keys of a line that say who says it and how. */
export const lineFigureKeys = {
  who: name
    .optional()
    .describe('Character who says it: one in the shot, or `voice-over` for nobody. A single figure is the speaker by itself.'),
  emotion: name.optional().describe('Emotion of the rig from here on: friendly, happy, serious, surprised, sad, neutral.'),
  gesture: name.optional().describe('Pose of the rig while the line is said; without it gestures come by themselves.'),
  look: name.optional().describe('Where the speaker looks: `viewer`, `screen` or another character.'),
  camera: cameraSchema.optional().describe('Cuts to this view as the line starts.'),
};

const figureSchema = z.strictObject({
  character: name,
  at: z.number().min(-0.2).max(1.2).optional().describe('Where it stands, as a share of the width.'),
  framing: name.optional().describe('How much of it shows at the lower edge: full, waist, bust or another framing of the rig.'),
  height: z.number().min(0.1).max(2).optional().describe('From the top of the head down to the framing, as a share of the frame.'),
  facing: z.enum(['left', 'right']).optional().describe('Towards the middle of the frame, or whom it speaks with, when left out.'),
  enter: z.enum(['none', 'from-left', 'from-right']).default('none').describe('Walks in from that side.'),
  leave: z.enum(['none', 'to-left', 'to-right']).default('none').describe('Walks out to that side when all is said.'),
  pose: name.optional().describe('How it stands while it does nothing else.'),
  emotion: name.optional().describe('Its emotion until a line gives another; friendly when left out.'),
});
export type FigureEntry = z.output<typeof figureSchema>;

const place = {
  at: z.tuple([fraction, fraction]).optional().describe('Where its middle stands.'),
  width: z.number().min(0.1).max(1).optional().describe('Share of the width of the frame.'),
};
const screenSchema = z.union([z.strictObject({ picture: path, ...place }), z.strictObject({ clip: path, ...place })]);

/** Figures before a background, with a framed screen beside them where one is given. */
export const figuresVisual = <B extends z.ZodType>(background: B) =>
  z.strictObject({
    background,
    screen: screenSchema.optional(),
    figures: z
      .array(z.union([name, figureSchema]))
      .min(1)
      .max(6),
  });
