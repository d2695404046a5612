export { type AddedModel, type AddingProblem, type AddModel, addingProblem, addModel, type WeightsHome } from './add-model.ts';
export { type Bundle, packModels, unpackModels } from './bundle.ts';
export { creditOfModel } from './credit-of-model.ts';
export { acceptedLicences, lacksAcceptance, licenceText } from './licences.ts';
export { markBroken } from './mark-broken.ts';
export { memoryProblem } from './memory-problem.ts';
export { ModelFault } from './model-fault.ts';
export { withModelLock } from './model-lock.ts';
export {
  type InstalledModel,
  installedModel,
  listModels,
  offeredModels,
  revisionOf,
  type ShelvedModel,
  shelvedModels,
  unreadableModels,
} from './model-shelf.ts';
export { tellShelf } from './model-state.ts';
export { holdRevision } from './place-revision.ts';
export { type RemovedModel, removeModel } from './remove-model.ts';
export { readSourceSettings, type SourceSettings } from './source-settings.ts';
export { FaultyModel, type TakeModel, takeModel } from './take-model.ts';
export { type VerifiedModel, verifyModels } from './verify-models.ts';
export type { OpenWeights, WeightsCache, WeightsSource } from './weights.ts';
