import { z } from 'zod';

const three = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** How a picture becomes the model's input: each value is `(byte * scale - mean) / deviation`, channels in the order red, green, blue. */
export const pictureInputSchema = z
  .strictObject({
    name: z.string(),
    layout: z.enum(['nchw', 'nhwc']),
    /** The size the model wants; `picture` feeds the picture's own size, filled up to a multiple of `multipleOf`. */
    size: z.union([
      z.literal('picture'),
      z.strictObject({ width: z.number().int().positive(), height: z.number().int().positive() }).readonly(),
    ]),
    multipleOf: z.number().int().positive(),
    fit: z.enum(['stretch', 'pad']),
    scale: z.number(),
    mean: three,
    deviation: three,
  })
  .readonly();
export type PictureInput = z.infer<typeof pictureInputSchema>;

/** How the model's answer becomes planes; `scale` then `activation` bring its values to 0..1. */
export const pictureOutputSchema = z
  .strictObject({ name: z.string(), layout: z.enum(['nchw', 'nhwc']), activation: z.enum(['none', 'sigmoid']), scale: z.number() })
  .readonly();

/**
 * How a mask model is used. `mirrored` and `wide` (a margin around the picture) look again and take the mean of all looks; `levels` is the mean
 * that counts as nothing and as all; `closeUp` looks once more at the subject alone. The rest tidies the mask, in pixels of the mask: pieces
 * below `keepShare` of the largest go, gaps below `fillShare` of the picture close, doubt beyond `reachPx` from an edge is settled, and edges
 * may be off by `edgePx`.
 */
export const maskUseSchema = z
  .strictObject({
    mirrored: z.boolean(),
    wide: z.boolean(),
    closeUp: z.boolean(),
    levels: z.tuple([z.number(), z.number()]).readonly(),
    keepShare: z.number(),
    fillShare: z.number(),
    reachPx: z.number(),
    edgePx: z.number(),
  })
  .readonly();
export type MaskUse = z.infer<typeof maskUseSchema>;

const share = z.number().min(0).max(1);

/** Labels in the order of the model's answer, and from which share (0..1) on each makes a picture doubtful, or holds it; a label without either tells nothing. */
export const reviewLabelsSchema = z
  .array(z.strictObject({ label: z.string().min(1), doubtful: share.optional(), held: share.optional() }).readonly())
  .min(2)
  .readonly();
export type ReviewLabels = z.infer<typeof reviewLabelsSchema>;

/**
 * How a model enlarges pictures: `factor` times each side. What it makes of a pixel hangs on those at most `reachPx` away; pictures are given to it in
 * tiles that overlap by so much and hold at most `tilePx` x `tilePx` pixels, which bounds the memory.
 */
export const enlargeUseSchema = z
  .strictObject({
    factor: z.number().int().min(1).max(8),
    reachPx: z.number().int().nonnegative().max(256),
    tilePx: z.number().int().min(16).max(4096),
  })
  .readonly();
export type EnlargeUse = z.infer<typeof enlargeUseSchema>;

/**
 * What is done before and after a model: `picture` is one ONNX file from picture to planes; `labels` is one from a picture to shares of labels, which
 * together are 1; `pipeline` names a pipeline of several files and gives its
 * settings; `own` is what the model's engine or server does by itself.
 */
export const modelProcessingSchema = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('picture'),
      file: z.string(),
      input: pictureInputSchema,
      output: pictureOutputSchema,
      mask: maskUseSchema.optional(),
      enlarge: enlargeUseSchema.optional(),
    })
    .readonly(),
  z
    .strictObject({
      type: z.literal('labels'),
      file: z.string(),
      input: pictureInputSchema,
      output: z.string(),
      labels: reviewLabelsSchema,
    })
    .readonly(),
  z
    .strictObject({ type: z.literal('pipeline'), pipeline: z.string().min(1), settings: z.record(z.string(), z.json()).readonly() })
    .readonly(),
  z.strictObject({ type: z.literal('own') }).readonly(),
]);
export type ModelProcessing = z.infer<typeof modelProcessingSchema>;
