export { checkKnownSchema, endRestore, type Loaded, type LoadRecords, loadRecords } from './load-records.ts';
export { openSnapshot, type Snapshot } from './open-snapshot.ts';
export type { RecordsDump, TableDump } from './records-dump.ts';
