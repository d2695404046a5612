export * from './demand.ts';
export { openState, type State } from './state.ts';
export { step } from './step.ts';
