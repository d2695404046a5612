export { countTurns } from './count-turns.ts';
export { type ReadMetrics, readMetrics } from './read-metrics.ts';
