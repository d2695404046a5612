import { readFileSync } from 'node:fs';

/** The functions of `compositor.wasm`; every argument is an address or a plain number, checked by nobody but the callers in this folder. */
export type CompositorExports = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heapBase(): number;
  buildKernel(lut: number, taps: number, width: number): void;
  buildAxis(table: number, lut: number, taps: number, outputs: number, step: number, origin: number, sourceWidth: number): void;
  drawPlane(...args: readonly number[]): void;
  copyPlane(dst: number, dstStride: number, cols: number, rows: number, src: number, srcStride: number): void;
  fillPlane(dst: number, stride: number, cols: number, rows: number, value: number, opacity: number): void;
  mixPlane(out: number, a: number, b: number, bytes: number, weight: number): void;
  mixColumns(out: number, a: number, b: number, width: number, height: number, weights: number): void;
  mixRows(out: number, a: number, b: number, width: number, height: number, weights: number): void;
  overPlane(...args: readonly number[]): void;
  prepareRgba(rgba: number, pixels: number, mode: number): void;
  lumaOfRgba(rgba: number, width: number, height: number, luma: number, alpha: number): void;
  chromaOfRgba(rgba: number, width: number, height: number, u: number, v: number, alpha: number): void;
  halveAlpha(alpha: number, width: number, height: number, out: number): void;
  premultiplyPlane(plane: number, alpha: number, count: number): void;
  buildVignette(...args: readonly number[]): void;
  maskPlane(plane: number, mask: number, count: number, shift: number): void;
  buildGrain(tile: number, temp: number, passes: number): void;
  applyGrain(...args: readonly number[]): void;
  hashBytes(from: number, count: number, scratch: number): bigint;
  sampleLuma(luma: number, width: number, height: number, every: number, threshold: number, out: number): void;
};

type CompiledModule = { readonly compiled: never };

// The types of Node leave out WebAssembly; this is what is used of it.
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => CompiledModule;
    Instance: new (module: CompiledModule, imports: object) => { readonly exports: object };
  };
};

let compiled: CompiledModule | undefined;

/** A fresh instance with memory of its own; the code is compiled once per process, from the file beside this one. */
export function instantiateCompositor(): CompositorExports {
  compiled ??= new wasm.Module(readFileSync(new URL('./compositor.wasm', import.meta.url)));
  return new wasm.Instance(compiled, {}).exports as CompositorExports;
}
