export { type CutOutRequest, type CutOutResult, cutOut, defaultCutOutModel } from './cut-out.ts';
export { type CutFrame, type CutOutFrames, cutOutFrames, cutOutMargin } from './cut-out-frames.ts';
export type { FetchPackage } from './fetch-package.ts';
export { type InstallModelOptions, type InstallModelResult, installModel } from './install-model.ts';
export type { MaskUse, ModelCard, ModelInput, ModelLicence, ModelOutput, ModelSource } from './model-card.ts';
export { type InstalledModel, type ModelPool, openModelPool } from './model-pool.ts';
export { installedModel, type KnownModel, listModels } from './model-shelf.ts';
export type { Box, Picture, Plane } from './picture.ts';
export { type PictureModelResult, type PictureModelRun, runPictureModel } from './picture-model.ts';
