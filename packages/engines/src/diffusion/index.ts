export { RevisionFault } from '../models/revision-fault.ts';
export { diffusionModelOf, diffusionPipeline } from './diffusion-model-of.ts';
export { checkGenerateRequest, type GenerateLimits, type GenerateRequest, type RgbPicture } from './generate-request.ts';
export type { Generated, GenerateOptions } from './generated.ts';
export { generatorOf } from './generator-of.ts';
export {
  type DiffusionEngine,
  type DiffusionModel,
  type EngineOptions,
  openDiffusionEngine,
} from './open-diffusion-engine.ts';
export { drawNoise } from './philox.ts';
export { openPromptTokenizer, type PromptTokenizer, type PromptTokens } from './prompt-tokenizer.ts';
export { planSchedule, type SchedulePlan } from './schedulers/scheduler.ts';
export { readSchedulerSettings, type SchedulerKind, type SchedulerSettings, schedulerKinds } from './schedulers/scheduler-settings.ts';
