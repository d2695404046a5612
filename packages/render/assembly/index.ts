// The compositor's entry points. Memory is laid out by the caller, from heapBase() on.
// Compiled by `npx asc --config packages/render/assembly/asconfig.json` in the repository's root; a test holds the committed module to it.
export { buildKernel, buildAxis } from './kernel';
export { drawPlane } from './resample';
export { copyPlane, fillPlane, mixPlane, mixColumns, mixRows, overPlane } from './blend';
export { chromaOfRgba, halveAlpha, lumaOfRgba, prepareRgba, premultiplyPlane } from './convert';
export { applyGrain, buildGrain, buildVignette, maskPlane } from './look';
export { hashBytes, sampleLuma } from './measure';

/** First address that no constant of the module occupies. */
export function heapBase(): usize {
  return __heap_base;
}
