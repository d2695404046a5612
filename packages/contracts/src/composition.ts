import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { backdropDesigns, colorSchema, easings, textStyles, transitionKinds } from './film-values.ts';
import { performanceSchema } from './rig.ts';

const frame = z.number().int();
const easing = z.enum(easings);

/** A number over shot-relative frames: before the first key its value, after the last key its value, between them eased by the later key. */
export const pathSchema = z
  .array(z.object({ frame, value: z.number(), ease: easing }).readonly())
  .min(1)
  .readonly();
export type Path = z.infer<typeof pathSchema>;

/** Colours of a brand as `#rrggbb`. */
export const paletteSchema = z.object({ primary: colorSchema, accent: colorSchema, background: colorSchema, text: colorSchema }).readonly();
export type Palette = z.infer<typeof paletteSchema>;

/** Fonts in order of preference; a glyph comes from the first that has it. Nothing else on the machine is looked at. */
export const fontStackSchema = z.object({ regular: z.array(digestSchema).readonly(), bold: z.array(digestSchema).readonly() }).readonly();
export type FontStack = z.infer<typeof fontStackSchema>;

/** Filters baked into a source before it is placed; blur is a radius in pixels of the prepared source. */
export const sourceFiltersSchema = z
  .object({
    look: digestSchema.nullable(),
    lookStrength: z.number(),
    denoise: z.number(),
    blurPx: z.number(),
    sharpen: z.number(),
  })
  .readonly();
export type SourceFilters = z.infer<typeof sourceFiltersSchema>;

/** A box in output pixels. */
export const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).readonly();
export type Box = z.infer<typeof boxSchema>;

const prepared = { width: z.number().int().positive(), height: z.number().int().positive() };

/** A picture asset scaled to `width` x `height` (aspect already right) and filtered; with `shadow` one is painted under its alpha. */
export const pictureSourceSchema = z.object({
  type: z.literal('picture'),
  asset: digestSchema,
  alpha: z.boolean(),
  shadow: z.enum(['soft', 'floor', 'none']),
  filters: sourceFiltersSchema,
  ...prepared,
});
/**
 * A normalised clip of `rate` frames a second. Shot-relative frame f shows clip frame `start + step * min(f, heldFrame)`: its whole part, or with
 * `blend` that frame and the next one by shares; never a frame behind `lastFrame`. `crop` is in pixels of the clip. With `alpha` the lower half of
 * the asset's picture is the matte of the upper half, and `shadow` is painted under what it lets through.
 */
export const clipSourceSchema = z.object({
  type: z.literal('clip'),
  asset: digestSchema,
  rate: z.number().positive(),
  start: z.number(),
  step: z.number().positive(),
  heldFrame: frame,
  lastFrame: frame,
  blend: z.boolean(),
  crop: boxSchema.nullable(),
  alpha: z.boolean(),
  shadow: z.enum(['soft', 'floor', 'none']),
  filters: sourceFiltersSchema,
  ...prepared,
});
/** A backdrop painted from a design and one to three colours. */
export const backdropSourceSchema = z.object({
  type: z.literal('backdrop'),
  design: z.enum(backdropDesigns),
  colors: z.array(colorSchema).min(1).max(3).readonly(),
  ...prepared,
});
/** Text painted in a style inside `box`; `sizePx` is the size of its largest line before it is shrunk to fit. */
export const textSourceSchema = z.object({
  type: z.literal('text'),
  style: z.enum(textStyles),
  lines: z.array(z.string()).min(1).readonly(),
  language: z.string(),
  fonts: fontStackSchema,
  color: colorSchema,
  fill: colorSchema,
  box: boxSchema,
  alignX: z.enum(['left', 'center', 'right']),
  alignY: z.enum(['top', 'center', 'bottom']),
  sizePx: z.number(),
});
export type TextSource = z.infer<typeof textSourceSchema>;

/** A word of a caption; frames are shot-relative, `untilFrame` is the first frame in which it is no longer spoken. */
export const captionWordSchema = z.object({ text: z.string(), fromFrame: frame, untilFrame: frame }).readonly();
/** Words shown together, at most two lines. */
export const captionPageSchema = z
  .object({ fromFrame: frame, untilFrame: frame, words: z.array(captionWordSchema).min(1).readonly() })
  .readonly();
export type CaptionPage = z.infer<typeof captionPageSchema>;
/** Captions painted page by page, the word being spoken highlighted. */
export const captionSourceSchema = z.object({
  type: z.literal('caption'),
  pages: z.array(captionPageSchema).readonly(),
  language: z.string(),
  fonts: fontStackSchema,
  style: z.enum(['boxed', 'outlined']),
  color: colorSchema,
  highlight: colorSchema,
  box: boxSchema,
  alignY: z.enum(['top', 'center', 'bottom']),
  sizePx: z.number(),
});
export type CaptionSource = z.infer<typeof captionSourceSchema>;

/** A rig that comes along, by name and revision of its drawing, or a user's, with the pictures that it names. */
export const rigSourceSchema = z.union([
  z.object({ presenter: z.string(), revision: z.string() }),
  z.object({ asset: digestSchema, pictures: z.record(z.string(), digestSchema) }),
]);
export type RigSource = z.infer<typeof rigSourceSchema>;
/**
 * A drawn figure, painted anew for every frame. Its layer's `x`, `y` are where its axis meets the lower edge of the framing; `heightPx` is from
 * the top of the resting figure down to that edge. With `shadow` it stands on a soft shadow on the ground.
 */
export const figureSourceSchema = z.object({
  type: z.literal('figure'),
  rig: rigSourceSchema,
  colors: z.record(z.string(), colorSchema),
  framing: z.string(),
  heightPx: z.number().positive(),
  shadow: z.boolean(),
  /** Of the way figures are painted; painters do not read it. */
  revision: z.number().int().positive(),
  performance: performanceSchema,
});
export type FigureSource = z.infer<typeof figureSourceSchema>;
/** The frame of a screen with its shadow, painted over what the screen shows; `width` x `height` is what shows inside. */
export const bezelSourceSchema = z.object({
  type: z.literal('bezel'),
  color: colorSchema,
  borderPx: z.number().positive(),
  ...prepared,
});
export type BezelSource = z.infer<typeof bezelSourceSchema>;

export const sourceSchema = z.discriminatedUnion('type', [
  pictureSourceSchema,
  clipSourceSchema,
  backdropSourceSchema,
  textSourceSchema,
  captionSourceSchema,
  figureSourceSchema,
  bezelSourceSchema,
]);
export type Source = z.infer<typeof sourceSchema>;

/**
 * A source on the frame. `x`, `y` are where the centre of the source stands, in output pixels; `scale` is output pixels per prepared pixel.
 * Text and captions place themselves by their box: for them x, y are an offset from it and scale is about the box's centre.
 */
export const layerSchema = z
  .object({
    source: sourceSchema,
    fromFrame: frame,
    untilFrame: frame,
    x: pathSchema,
    y: pathSchema,
    scale: pathSchema,
    opacity: pathSchema,
  })
  .readonly();
export type Layer = z.infer<typeof layerSchema>;

/** How a span starts when its shot is entered by a transition: `layers` is the shot before, continued from its frame `firstFrame`. */
export const transitionSchema = z
  .object({
    kind: z.enum(transitionKinds),
    frames: z.number().int().positive(),
    layers: z.array(layerSchema).readonly(),
    firstFrame: frame,
    finish: z.lazy(() => finishSchema),
    color: colorSchema,
  })
  .readonly();

/** Filters on the finished frame. */
export const finishSchema = z.object({ vignette: z.number(), grain: z.number(), seed: z.number().int() }).readonly();
export type Finish = z.infer<typeof finishSchema>;
export type Transition = z.infer<typeof transitionSchema>;

/** Settings of one rendition, the same for all its spans: fixed before keys exist. */
export const encodeSettingsSchema = z
  .object({
    codec: z.literal('h264'),
    preset: z.string(),
    crf: z.number(),
    gopFrames: z.number().int().positive(),
    threads: z.number().int().positive(),
  })
  .readonly();
export type EncodeSettings = z.infer<typeof encodeSettingsSchema>;

/** The picture of one span: shot-relative frames only, so that its key does not change when the shots before it grow. */
export const spanCompositionSchema = z
  .object({
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    fps: z.number().int().positive(),
    firstFrame: frame,
    frames: z.number().int().positive(),
    color: colorSchema,
    layers: z.array(layerSchema).readonly(),
    transition: transitionSchema.nullable(),
    finish: finishSchema,
  })
  .readonly();
export type SpanComposition = z.infer<typeof spanCompositionSchema>;

/** A line of speech, or a clip's own sound, on the film's sound track; positions in samples of 48 kHz. */
export const voiceClipSchema = z
  .object({ asset: digestSchema, startSample: z.number().int().nonnegative(), gainDb: z.number() })
  .readonly();
/** The sound of a film, one stream; `samples` is its exact length at 48 kHz. */
export const soundCompositionSchema = z
  .object({
    samples: z.number().int().positive(),
    voices: z.array(voiceClipSchema).readonly(),
    effects: z
      .array(
        z
          .object({
            asset: digestSchema,
            startSample: z.number().int(),
            fromMs: z.number(),
            /** Length on the film's track; it takes `speed` times as much of the clip. */
            samples: z.number().int().positive(),
            /** Faster above 1, at the pitch that it had. */
            speed: z.number().positive(),
            gainDb: z.number(),
            /** How far it is lowered while a voice sounds. */
            duckDb: z.number(),
          })
          .readonly(),
      )
      .readonly(),
    music: z
      .object({
        asset: digestSchema,
        gainDb: z.number(),
        duckDb: z.number(),
        fadeInSamples: z.number().int(),
        fadeOutSamples: z.number().int(),
      })
      .readonly()
      .nullable(),
    loudnessLufs: z.number(),
    truePeakDb: z.number(),
    bitrateKbps: z.number().int(),
  })
  .readonly();
export type SoundComposition = z.infer<typeof soundCompositionSchema>;

/** One cue of a subtitle file, in milliseconds of the film. */
export const cueSchema = z.object({ startMs: z.number(), endMs: z.number(), text: z.string() }).readonly();
export type Cue = z.infer<typeof cueSchema>;
