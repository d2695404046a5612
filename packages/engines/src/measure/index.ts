export { keepFigures, keptFigures } from './kept-figures.ts';
export { type KeptTrial, keepTrial, keptTrials } from './kept-trials.ts';
export { canMeasure, measureModel } from './measure-model.ts';
export { measuredDevice } from './measured-device.ts';
