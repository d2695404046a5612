export * from './credential-store.ts';
export * from './film-store.ts';
export { leadershipLock } from './fleet-records.ts';
export * from './fleet-store.ts';
export * from './key-store.ts';
export { openRecords } from './open-records.ts';
export * from './pool-store.ts';
export * from './records.ts';
export { uuidv7 } from './uuidv7.ts';
