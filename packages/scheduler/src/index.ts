export { takeLearned } from './costs.ts';
export * from './demand.ts';
export { type Rest, restsOf } from './health.ts';
export { aboutToBegin, eachStanding, type Standing, standings } from './standings.ts';
export { openState, type State } from './state.ts';
export { step } from './step.ts';
