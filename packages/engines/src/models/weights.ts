import { createReadStream } from 'node:fs';
import type { Digest, ModelProgress } from '@filmwright/contracts';

/** The bytes behind a digest, from `startByte` on; a piece whose position is 0 in the middle begins anew. */
export type WeightsSource = (wanted: {
  readonly digest: Digest;
  readonly startByte: number;
}) => AsyncGenerator<{ readonly bytes: Uint8Array; readonly position: number }>;

/** A folder of weights by digest with a budget, shared by all revisions: the hot cache of `blobs` is one, and is handed in by who opens it. */
export type WeightsCache = {
  /** The file, from the folder or else from the source, checked; it stays until it is released. */
  readonly pin: (digest: Digest) => Promise<{ readonly path: string; readonly release: () => Promise<void> }>;
  /** Takes over a file that is here already, by a link. */
  readonly keep: (file: { readonly path: string; readonly digest: Digest }) => Promise<void>;
  /** Removes a file that nothing else has a link to. */
  readonly drop: (digest: Digest) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A local file as a source of weights gives it. */
export async function* readLocal(
  path: string,
  startByte: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly position: number }> {
  let position = startByte;
  for await (const piece of createReadStream(path, { start: startByte })) {
    const bytes = piece as Buffer;
    yield { bytes, position };
    position += bytes.length;
  }
}

/** Opens the weights cache of a home over a source. */
export type OpenWeights = (source: WeightsSource) => Promise<WeightsCache>;

/** Counts what arrives and tells it now and then. */
export type ProgressCount = {
  /** Bytes that were here before anything was asked for. */
  readonly had: (bytes: number) => void;
  readonly came: (file: string, bytes: number) => void;
};

const tellEveryMs = 200;

/** A count towards `totalBytes` that tells `told` at most five times a second, and when the last byte is here. */
export function countProgress(totalBytes: number | null, told: (progress: ModelProgress) => void): ProgressCount {
  const beganMs = performance.now();
  let [done, came, toldMs] = [0, 0, 0];
  const tell = (file: string): void => {
    const nowMs = performance.now();
    if (nowMs - toldMs < tellEveryMs && done !== totalBytes) return;
    toldMs = nowMs;
    const bytesPerSecond = came / Math.max(0.001, (nowMs - beganMs) / 1000);
    const leftMs = totalBytes === null || bytesPerSecond === 0 ? null : (Math.max(0, totalBytes - done) / bytesPerSecond) * 1000;
    told({ file, doneBytes: done, totalBytes, bytesPerSecond, leftMs });
  };
  return {
    had: (bytes) => {
      done += bytes;
    },
    came: (file, bytes) => {
      done += bytes;
      came += bytes;
      tell(file);
    },
  };
}
