/** Gives memory for so many numbers under a name: what was left there the last time, or zeros; for work that is done on one picture after another. */
export type Memory = (name: string, length: number) => Float32Array;

/** Opens memory that is kept as long as it is referred to. */
export function openMemory(): Memory {
  const kept = new Map<string, Float32Array>();
  return (name, length) => {
    const known = kept.get(name);
    if (known?.length === length) return known;
    const fresh = new Float32Array(length);
    kept.set(name, fresh);
    return fresh;
  };
}
