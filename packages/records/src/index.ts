export { openRecords } from './open-records.ts';
export * from './records.ts';
