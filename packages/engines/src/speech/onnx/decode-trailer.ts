import { TRAILER_MARK } from './patch-piper.ts';

/** One utterance as a patched voice gave it: mono samples in -1..1, phoneme ids, and frames (hops) per id. */
export type TimedUtterance = { readonly samples: Float32Array; readonly ids: readonly number[]; readonly frames: readonly number[] };

/** Takes apart what sherpa-onnx returned for a patched voice (it may have cut the text into several utterances); null when the trailer is missing or does not add up. */
export function decodeTrailer(output: Float32Array): readonly TimedUtterance[] | null {
  const utterances: TimedUtterance[] = [];
  let end = output.length;
  while (end > 0) {
    const mark = output[end - 1];
    const idCount = output[end - 2] ?? -1;
    const sampleCount = output[end - 3] ?? -1;
    const start = end - 3 - 2 * idCount - sampleCount;
    if (mark !== TRAILER_MARK || idCount < 0 || sampleCount < 0 || start < 0 || !Number.isInteger(start)) return null;
    const samplesEnd = start + sampleCount;
    utterances.unshift({
      samples: output.slice(start, samplesEnd),
      frames: Array.from(output.subarray(samplesEnd, samplesEnd + idCount), Math.round),
      ids: Array.from(output.subarray(samplesEnd + idCount, samplesEnd + 2 * idCount), Math.round),
    });
    end = start;
  }
  return utterances;
}
