export * from './diffusion/index.ts';
export * from './models/index.ts';
export * from './onnx/index.ts';
export * from './speech/index.ts';
export * from './subject/index.ts';
