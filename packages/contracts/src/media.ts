import { z } from 'zod';
import { assetSchema } from './digest.ts';
import { rigOutlineSchema } from './rig.ts';

/** What an upload turned out to be after the confined probe; sizes in pixels after EXIF rotation, sound as 48 kHz samples. */
export const mediaSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('picture'),
    asset: assetSchema,
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    hasAlpha: z.boolean(),
    meanLuma: z.number(),
  }),
  z.object({
    type: z.literal('clip'),
    asset: assetSchema,
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    durationMs: z.number().positive(),
    fps: z.number().positive(),
    hasSound: z.boolean(),
  }),
  z.object({
    type: z.literal('sound'),
    asset: assetSchema,
    samples: z.number().int().positive(),
    sampleRate: z.literal(48000),
    channels: z.number().int(),
  }),
  z.object({ type: z.literal('font'), asset: assetSchema, family: z.string(), weight: z.number(), licence: z.string() }),
  z.object({ type: z.literal('rig'), asset: assetSchema, outline: rigOutlineSchema }),
  z.object({ type: z.literal('lut'), asset: assetSchema, size: z.number().int() }),
]);
export type Media = z.infer<typeof mediaSchema>;
export type MediaType = Media['type'];
