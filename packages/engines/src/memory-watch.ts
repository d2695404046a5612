/** Hears which models come into memory, how long that took (milliseconds), and which leave it, by the names that tasks ask for them. */
export type MemoryWatch = {
  readonly loaded: (name: string, tookMs: number) => void;
  readonly dropped: (name: string) => void;
};
