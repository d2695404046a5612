import type { Planes } from './plane-painter.ts';
import type { WasmHeap } from './wasm-heap.ts';
import type { CompositorExports } from './wasm-module.ts';

/** Darkening towards the corners: they keep `1 - strength` (0..1) of their light; it begins at `radius` (0..0.95) of the half diagonal. */
export type Vignette = { readonly strength: number; readonly radius?: number };

/** Film grain: `strength` 0..1 is a deviation of 0..8 luma code values in the mid-tones; the same seed and frame give the same grain. */
export type Grain = { readonly strength: number; readonly seed: number; readonly frame: number };

export type FrameLook = {
  vignette(frame: Planes, vignette: Vignette): void;
  grain(frame: Planes, grain: Grain): void;
};

const tileSide = 512;
const tileDeviation = 40;
const gainUnit = 512;

/** Refuses a number outside its range, with the name a caller knows it by. */
export function within(value: number, limits: { readonly name: string; readonly low: number; readonly high: number }): number {
  if (!(value >= limits.low && value <= limits.high)) {
    throw new RangeError(`${limits.name} must lie between ${limits.low} and ${limits.high}, found ${value}.`);
  }
  return value;
}

/** Gains by luma / 16: full in the mid-tones, less towards white, least in the blacks, where grain would read as noise. */
function grainCurve(deviation: number): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, index) => {
    const luma = index * 16 + 8;
    const arch = Math.max(0, 1 - ((luma - 118) / 125) ** 2);
    const dark = luma < 16 ? 0 : luma < 32 ? 0.6 : 1;
    return Math.round((deviation / tileDeviation) * gainUnit * (0.15 + 0.85 * arch) * dark);
  });
}

/** Builds the vignette's mask and the grain's tile on first use, the mask again when its figures change. */
export function createFrameLook(wasm: CompositorExports, heap: WasmHeap): FrameLook {
  let mask: { readonly key: string; readonly address: number } | undefined;
  let tile: { readonly passes: number; readonly address: number } | undefined;
  const curve = heap.allocate(16);
  const scratch = heap.allocate(32);

  const maskFor = (frame: Planes, key: { readonly strength: number; readonly radius: number }): number => {
    const { width, height } = frame;
    const name = `${width} ${height} ${key.strength} ${key.radius}`;
    if (mask?.key === name) return mask.address;
    if (mask) heap.release(mask.address);
    const pixels = width * height;
    const address = heap.allocate(pixels + pixels / 4);
    wasm.buildVignette(address, width, height, 1, 0.5, 0.5, width, height, key.strength, key.radius);
    wasm.buildVignette(address + pixels, width / 2, height / 2, 2, 0.5, 1, width, height, key.strength, key.radius);
    mask = { key: name, address };
    return address;
  };

  const tileFor = (height: number): number => {
    // Grain keeps its size on the screen: coarser samples for taller frames.
    const passes = Math.max(1, Math.round((Math.min(height, 4320) / 1080) ** 2 * 0.75));
    if (tile?.passes === passes) return tile.address;
    if (tile) heap.release(tile.address);
    const address = heap.allocate(tileSide * tileSide * 2);
    const work = heap.allocate(tileSide * tileSide * 8);
    wasm.buildGrain(address, work, passes);
    heap.release(work);
    tile = { passes, address };
    return address;
  };

  return {
    vignette(frame, { strength, radius = 0.35 }) {
      within(strength, { name: "A vignette's strength", low: 0, high: 1 });
      within(radius, { name: "A vignette's radius", low: 0, high: 0.95 });
      if (strength === 0) return;
      const address = maskFor(frame, { strength, radius });
      const pixels = frame.width * frame.height;
      wasm.maskPlane(frame.y, address, pixels, 4);
      wasm.maskPlane(frame.u, address + pixels, pixels / 4, 7);
      wasm.maskPlane(frame.v, address + pixels, pixels / 4, 7);
    },
    grain(frame, { strength, seed, frame: index }) {
      within(strength, { name: "Grain's strength", low: 0, high: 1 });
      if (strength === 0) return;
      const address = tileFor(Math.min(frame.width, frame.height));
      heap.bytes().set(grainCurve(strength * 8), curve);
      wasm.applyGrain(frame.y, frame.width, frame.height, address, curve, seed >>> 0, index >>> 0, scratch);
    },
  };
}
