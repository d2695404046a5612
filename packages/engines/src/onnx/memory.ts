type Lists = { readonly floats: Float32Array; readonly ints: Int32Array; readonly bytes: Uint8Array };

/**
 * Memory for so many numbers under a name, for work that is done on one picture after another: it holds what was left there the last time, or
 * zeros. Memory that is new each time costs more than the work that is done in it, as the system gives it page by page.
 */
export type Memory = { readonly [Kind in keyof Lists]: (name: string, length: number) => Lists[Kind] };

function kept<List extends { readonly length: number }>(make: (length: number) => List): (name: string, length: number) => List {
  const lists = new Map<string, List>();
  return (name, length) => {
    const known = lists.get(name);
    if (known?.length === length) return known;
    const fresh = make(length);
    lists.set(name, fresh);
    return fresh;
  };
}

/** Bytes that threads can share. */
export const sharedBytes = (count: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(count));

/** Opens memory that is kept as long as it is referred to; `bytes` makes it, where it should not be this thread's alone. */
export function openMemory(bytes: (count: number) => Uint8Array = (count) => new Uint8Array(count)): Memory {
  return {
    floats: kept((length) => new Float32Array(bytes(length * 4).buffer)),
    ints: kept((length) => new Int32Array(bytes(length * 4).buffer)),
    bytes: kept(bytes),
  };
}
