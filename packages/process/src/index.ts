export { createLog, type Log, type LogOptions } from './create-log.ts';
export { whenToldToEnd } from './when-told-to-end.ts';
