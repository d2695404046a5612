export type ByteCache = {
  /** The bytes of a name, loaded once however many ask meanwhile; a load that fails is told to all who wait and not kept. */
  readonly get: (name: string, load: () => Promise<Buffer>) => Promise<Buffer>;
  /** The bytes of a name if they are kept. */
  readonly peek: (name: string) => Buffer | undefined;
  readonly bytes: () => number;
};

/** Keeps whole buffers in memory up to `maxBytes`; what was not asked for longest goes first, and what is larger than a quarter of it never stays. */
export function createByteCache(maxBytes: number): ByteCache {
  const kept = new Map<string, Buffer>();
  const coming = new Map<string, Promise<Buffer>>();
  let bytes = 0;
  const peek = (name: string): Buffer | undefined => {
    const found = kept.get(name);
    if (found === undefined) return undefined;
    kept.delete(name);
    kept.set(name, found);
    return found;
  };
  const keep = (name: string, buffer: Buffer): void => {
    if (buffer.length > maxBytes / 4) return;
    kept.set(name, buffer);
    bytes += buffer.length;
    for (const [oldest, old] of kept) {
      if (bytes <= maxBytes) return;
      kept.delete(oldest);
      bytes -= old.length;
    }
  };
  return {
    peek,
    bytes: () => bytes,
    get: async (name, load) => {
      const found = peek(name);
      if (found !== undefined) return found;
      const loading = coming.get(name);
      if (loading !== undefined) return loading;
      const started = load().then((buffer) => {
        keep(name, buffer);
        return buffer;
      });
      coming.set(name, started);
      return started.finally(() => coming.delete(name));
    },
  };
}
