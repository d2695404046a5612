import type { CompositorExports } from './wasm-module.ts';

const pageBytes = 65536;
const alignment = 64;
/** Bytes kept free behind every block, because vector loads and stores may run over its end. */
const slackBytes = 64;

type Block = { readonly address: number; readonly bytes: number };

/** Memory of one compositor: blocks are taken and given back explicitly, and neighbours that are free grow together again. */
export type WasmHeap = {
  /** Address of a block of at least `bytes`, 64-byte aligned, contents undefined; throws when the module's 1.5 GiB are used up. */
  allocate(bytes: number): number;
  /** Gives a block back; throws when `address` is not a block in use. */
  release(address: number): void;
  /** The whole memory; the view is void after the next `allocate`, which may grow it. */
  bytes(): Uint8Array;
  readonly usedBytes: number;
  readonly memoryBytes: number;
};

/** Keeps the list of free blocks outside the memory it manages, ordered by address; the smallest block that fits is taken. */
export function createWasmHeap(wasm: CompositorExports): WasmHeap {
  const memory = wasm.memory;
  const used = new Map<number, number>();
  const start = Math.ceil(wasm.heapBase() / alignment) * alignment;
  let free: Block[] = [{ address: start, bytes: memory.buffer.byteLength - start }];
  let usedBytes = 0;
  let view = new Uint8Array(memory.buffer);

  const insert = (block: Block): void => {
    const at = free.findIndex((other) => other.address > block.address);
    const index = at < 0 ? free.length : at;
    const before = free[index - 1];
    const after = free[index];
    let merged = block;
    let first = index;
    let count = 0;
    if (before && before.address + before.bytes === block.address) {
      merged = { address: before.address, bytes: before.bytes + block.bytes };
      first -= 1;
      count += 1;
    }
    if (after && block.address + block.bytes === after.address) {
      merged = { address: merged.address, bytes: merged.bytes + after.bytes };
      count += 1;
    }
    free = free.toSpliced(first, count, merged);
  };

  const grow = (needed: number): void => {
    const end = memory.buffer.byteLength;
    const last = free.at(-1);
    const tail = last && last.address + last.bytes === end ? last.bytes : 0;
    const pages = Math.ceil((needed - tail) / pageBytes);
    try {
      memory.grow(pages);
    } catch {
      throw new RangeError(
        `The compositor needs ${Math.ceil(needed / 2 ** 20)} MiB more, but holds ${Math.ceil(end / 2 ** 20)} MiB of its 1536 MiB. Free bitmaps that are no longer drawn, or use smaller pictures.`,
      );
    }
    insert({ address: end, bytes: memory.buffer.byteLength - end });
  };

  const take = (needed: number): Block | undefined => {
    let best = -1;
    for (const [index, block] of free.entries()) {
      if (block.bytes >= needed && (best < 0 || block.bytes < (free[best]?.bytes ?? 0))) best = index;
    }
    const block = free[best];
    if (!block) return undefined;
    const rest = block.bytes - needed;
    free = free.toSpliced(best, 1, ...(rest > 0 ? [{ address: block.address + needed, bytes: rest }] : []));
    return { address: block.address, bytes: needed };
  };

  return {
    allocate(bytes) {
      const needed = Math.ceil((bytes + slackBytes) / alignment) * alignment;
      let block = take(needed);
      if (!block) {
        grow(needed);
        block = take(needed);
      }
      if (!block) throw new RangeError(`No ${needed} bytes in one piece after growing the compositor's memory.`);
      used.set(block.address, block.bytes);
      usedBytes += block.bytes;
      return block.address;
    },
    release(address) {
      const bytes = used.get(address);
      if (bytes === undefined) throw new RangeError(`No block in use begins at address ${address}.`);
      used.delete(address);
      usedBytes -= bytes;
      insert({ address, bytes });
    },
    bytes() {
      if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer);
      return view;
    },
    get usedBytes() {
      return usedBytes;
    },
    get memoryBytes() {
      return memory.buffer.byteLength;
    },
  };
}
