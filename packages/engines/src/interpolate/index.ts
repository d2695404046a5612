export { betweenMargin, type ClipFrame, type FrameBetween, framesBetween } from './frames-between.ts';
export { betweenModelOf, betweenPipeline, isInterpolator } from './interpolation-card.ts';
export { type Interpolator, openInterpolator } from './open-interpolator.ts';
