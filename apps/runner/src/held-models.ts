/** The models that the engines of this process hold, and how long they took to load. */
export type HeldModels = {
  /** Runs a load and notes the model as held until it is dropped; its time counts as loading. One that is held already is not loaded. */
  readonly load: (name: string, load: () => Promise<void>) => Promise<void>;
  /** Notes a load that an engine did by itself and how long it took. */
  readonly noteLoaded: (name: string, tookMs: number) => void;
  readonly drop: (name: string) => void;
  /** Drops what `load` loaded; what an engine loaded by itself is the engine's to unload. */
  readonly unload: (name: string) => void;
  readonly names: () => readonly string[];
  /** Milliseconds of loading since this process began. */
  readonly loadedMs: () => number;
};

/** `changed` is told all names whenever one comes or goes. */
export function createHeldModels(changed: (names: readonly string[]) => void): HeldModels {
  const names = new Set<string>();
  const loadedHere = new Set<string>();
  const loading = new Map<string, Promise<void>>();
  let loadedMs = 0;
  const tell = (): void => changed([...names].sort());
  const noteLoaded = (name: string, tookMs: number): void => {
    loadedMs += tookMs;
    if (names.has(name)) return;
    names.add(name);
    tell();
  };
  const drop = (name: string): void => void (names.delete(name) && tell());
  return {
    async load(name, load) {
      if (names.has(name)) return;
      const startMs = performance.now();
      // Tasks of one batch ask for it at once.
      const under =
        loading.get(name) ??
        load().then(() => {
          loadedHere.add(name);
          noteLoaded(name, performance.now() - startMs);
        });
      loading.set(name, under);
      await under.finally(() => loading.delete(name));
    },
    noteLoaded,
    drop,
    unload: (name) => void (loadedHere.delete(name) && drop(name)),
    names: () => [...names].sort(),
    loadedMs: () => loadedMs,
  };
}
