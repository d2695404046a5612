import { z } from 'zod';
import { imageReview } from './image-review.ts';
import { imageToImage } from './image-to-image.ts';
import { imageToVideo } from './image-to-video.ts';
import { interpolation } from './interpolation.ts';
import { matting, videoMatting } from './matting.ts';
import { speech } from './speech.ts';
import { storyboard } from './storyboard.ts';
import { talkingHead } from './talking-head.ts';
import { textReview } from './text-review.ts';
import { textToImage } from './text-to-image.ts';
import { textToVideo } from './text-to-video.ts';
import { upscaling } from './upscaling.ts';
import { wordTiming } from './word-timing.ts';

export * from './storyboard.ts';
export { type TextFinding, textFindingSchema } from './text-review.ts';
export { upscaledClip, upscaledPicture } from './upscaling.ts';
export * from './values.ts';
export * from './verdict.ts';

/**
 * What a model can do: the one list of capabilities, by which films, model cards, runners and model servers name them. `input` and `output` are what
 * goes in and what comes out; tasks carry the same shapes, and `does` says it in words that follow "a model that".
 */
export const capabilities = {
  speech,
  'word-timing': wordTiming,
  storyboard,
  'text-to-image': textToImage,
  'image-to-image': imageToImage,
  'image-to-video': imageToVideo,
  'text-to-video': textToVideo,
  'talking-head': talkingHead,
  matting,
  'video-matting': videoMatting,
  upscaling,
  interpolation,
  'image-review': imageReview,
  'text-review': textReview,
} as const;

export type ModelCapability = keyof typeof capabilities;
export const modelCapabilities = Object.keys(capabilities) as [ModelCapability, ...ModelCapability[]];
export const modelCapabilitySchema = z.enum(modelCapabilities);
/** What goes into a capability. */
export type CapabilityInput<C extends ModelCapability> = z.infer<(typeof capabilities)[C]['input']>;
/** What comes out of a capability. */
export type CapabilityOutput<C extends ModelCapability> = z.infer<(typeof capabilities)[C]['output']>;
