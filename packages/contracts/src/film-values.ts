import { z } from 'zod';

/** A length of time with its unit: `4s`, `2.5 s`, `800ms`, `1min`, `120f` (frames of the film). */
export const durationSchema = z
  .string({ error: 'wanted a length with its unit: 4s, 800ms, 1min or 120f (frames)' })
  .regex(/^\s*\d+(\.\d+)?\s*(ms|s|min|f)\s*$/, 'wanted a length with its unit: 4s, 800ms, 1min or 120f (frames)');
/** `#rgb` or `#rrggbb`. */
export const colorSchema = z
  .string({ error: 'wanted a colour such as #1a2b3c' })
  .regex(/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, 'wanted a colour such as #1a2b3c');
/** A share, 0 to 1. */
export const fraction = z.number().min(0).max(1);
/** Path of a file as the document names it. */
export const path = z.string().min(1).max(1024);
/** Text of a person, at most 20,000 characters. */
export const prose = z.string().max(20_000);

export const aspects = ['16:9', '9:16', '1:1', '4:5'] as const;
export const resolutions = ['720p', '1080p', '1440p', '2160p'] as const;
export const frameRates = [24, 25, 30, 50, 60] as const;
export const backdropDesigns = ['halo', 'sweep', 'arc', 'grid', 'waves', 'plain'] as const;
export const textStyles = ['kicker', 'title', 'subtitle', 'bullets', 'price-tag', 'button', 'lower-third', 'label'] as const;
export const textPositions = ['top-left', 'top', 'top-right', 'left', 'center', 'right', 'bottom-left', 'bottom', 'bottom-right'] as const;
export const transitionKinds = [
  'cut',
  'dissolve',
  'fade-black',
  'fade-white',
  'wipe-left',
  'wipe-right',
  'wipe-up',
  'slide-left',
  'slide-up',
] as const;
export const motionNames = ['none', 'zoom-in', 'zoom-out', 'pan-left', 'pan-right', 'pan-up', 'pan-down', 'drift'] as const;
export const easings = ['linear', 'ease', 'ease-in', 'ease-out'] as const;

export type BackdropDesign = (typeof backdropDesigns)[number];
export type TextStyle = (typeof textStyles)[number];
export type TextPosition = (typeof textPositions)[number];
export type TransitionKind = (typeof transitionKinds)[number];
export type MotionName = (typeof motionNames)[number];
export type Easing = (typeof easings)[number];
