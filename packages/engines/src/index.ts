export * from './diffusion/index.ts';
export * from './interpolate/index.ts';
export type { MemoryWatch } from './memory-watch.ts';
export * from './models/index.ts';
export * from './onnx/index.ts';
export * from './speech/index.ts';
export * from './subject/index.ts';
