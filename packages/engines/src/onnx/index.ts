export { type Flicker, type FlickerSums, watchFlicker } from './alpha-flicker.ts';
export { type CutOutRequest, type CutOutResult, cutOut, defaultCutOutModel } from './cut-out.ts';
export { type CutFrame, cutOutFrames, cutOutMargin } from './cut-out-frames.ts';
export { inferenceToolchain } from './inference-toolchain.ts';
export { type ModelPool, openModelPool } from './model-pool.ts';
export type { Box, Picture, Plane } from './picture.ts';
export { type PictureModelResult, type PictureModelRun, runPictureModel } from './picture-model.ts';
export { encodePng } from './png.ts';
