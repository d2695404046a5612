export { freeShared } from './free-shared.ts';
export { moveClock } from './move-clock.ts';
export { servedAt } from './postmaster.ts';
export { type ServerFigures, serverFigures } from './server-figures.ts';
export { copyToStandby, endStandby, lastNumber, promote, untilSynchronous } from './standby.ts';
export { type RunningPostgres, type StartPostgresOptions, startPostgres } from './start-postgres.ts';
