// The compositor's entry points. Memory is laid out by the caller, from heapBase() on.
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
