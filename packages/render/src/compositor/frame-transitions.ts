import { planeLength, type Siting, sitings } from './plane-axis.ts';
import { type Planes, q15 } from './plane-painter.ts';
import type { WasmHeap } from './wasm-heap.ts';
import type { CompositorExports } from './wasm-module.ts';

/** Two frames and the one that receives the result (which may be either), `progress` 0..1 from the first to the second. */
export type Transition = { readonly onto: Planes; readonly from: Planes; readonly to: Planes; readonly progress: number };

/** The way the edge travels, and over how many pixels it is soft. */
export type WipeEdge = { readonly direction: 'left' | 'right' | 'up' | 'down'; readonly softnessPx: number };

export type FrameTransitions = {
  crossfade(transition: Transition): void;
  wipe(transition: Transition, edge: WipeEdge): void;
};

/** Weights (Q15) of the second frame for every sample along one axis; the edge passes the whole axis between progress 0 and 1. */
export function wipeWeights(
  axis: { readonly length: number; readonly siting: Siting; readonly back: boolean },
  edge: { readonly progress: number; readonly softnessPx: number },
): Int16Array {
  const soft = Math.max(1, edge.softnessPx);
  const position = edge.progress * (axis.length + soft) - soft / 2;
  const samples = planeLength(axis.siting, axis.length);
  return Int16Array.from({ length: samples }, (_, index) => {
    const centre = axis.siting.pitch * index + axis.siting.offset;
    const way = axis.back ? axis.length - centre : centre;
    const t = Math.min(1, Math.max(0, (position - way) / soft + 0.5));
    return q15(t * t * (3 - 2 * t));
  });
}

/** Transitions on a module instance; `width` and `height` of the frames bound the memory kept for weights. */
export function createFrameTransitions(
  wasm: CompositorExports,
  tools: { readonly heap: WasmHeap; readonly longestSide: number },
): FrameTransitions {
  const { heap } = tools;
  const weights = heap.allocate(tools.longestSide * 2 + 32);
  const planesOf = (kind: 'luma' | 'chroma'): readonly ('y' | 'u' | 'v')[] => (kind === 'luma' ? ['y'] : ['u', 'v']);
  return {
    crossfade({ onto, from, to, progress }) {
      // The three planes of a frame lie one behind the other.
      wasm.mixPlane(onto.y, from.y, to.y, (onto.width * onto.height * 3) / 2, q15(progress));
    },
    wipe({ onto, from, to, progress }, { direction, softnessPx }) {
      const across = direction === 'left' || direction === 'right';
      const back = direction === 'left' || direction === 'up';
      for (const kind of ['luma', 'chroma'] as const) {
        const siting = sitings[kind];
        const along = across ? { length: onto.width, siting: siting.x, back } : { length: onto.height, siting: siting.y, back };
        const values = wipeWeights(along, { progress, softnessPx });
        heap.bytes().set(new Uint8Array(values.buffer), weights);
        const width = planeLength(siting.x, onto.width);
        const height = planeLength(siting.y, onto.height);
        const mix = across ? wasm.mixColumns : wasm.mixRows;
        for (const plane of planesOf(kind)) mix(onto[plane], from[plane], to[plane], width, height, weights);
      }
    },
  };
}
