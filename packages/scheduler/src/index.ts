export { takeLearned } from './costs.ts';
export * from './demand.ts';
export { type LearnedFollowUps, takeFollowUps } from './follow-ups.ts';
export { type Rest, restsOf } from './health.ts';
export { bringUp, type LineNow, type Lineup, lineUp, positionNow, reasonNow, type Stand } from './lineup.ts';
export { readFollowUps } from './read-follow-ups.ts';
export { behindReason, eachStanding, type Standing, standings } from './standings.ts';
export { openState, type State } from './state.ts';
export { step } from './step.ts';
