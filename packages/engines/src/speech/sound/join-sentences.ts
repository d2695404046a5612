import type { TokenTime } from '@filmwright/contracts';
import type { Sound } from './wav.ts';

/** A sentence as an engine spoke it; `times` are per token, in milliseconds of `samples`. */
export type SpokenSentence = Sound & { readonly times: readonly TokenTime[] };

const quietestDb = -50;
const keptMs = 60;
const pauseMs = 340;

/** First and last sample louder than 50 dB under the loudest one, or null when all is silent. */
function loudRange(samples: Float32Array): { readonly from: number; readonly to: number } | null {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const floor = Math.max(peak * 10 ** (quietestDb / 20), 1e-5);
  const from = samples.findIndex((sample) => Math.abs(sample) > floor);
  if (from < 0) return null;
  return { from, to: samples.findLastIndex((sample) => Math.abs(sample) > floor) + 1 };
}

/** Sentences one after the other: silence at their ends cut to about 60 ms, a pause of 340 ms (at speed 1) between them, times moved along. */
export function joinSentences(sentences: readonly SpokenSentence[], { speed }: { readonly speed: number }): SpokenSentence {
  const sampleRate = sentences[0]?.sampleRate ?? 16_000;
  const kept = Math.round((keptMs * sampleRate) / 1000);
  const gap = Math.max(0, Math.round((pauseMs * sampleRate) / 1000 / speed) - 2 * kept);
  const parts: Float32Array[] = [];
  const times: TokenTime[] = [];
  let length = 0;
  for (const sentence of sentences) {
    const range = loudRange(sentence.samples);
    const from = Math.max(0, (range?.from ?? 0) - kept);
    const to = Math.min(sentence.samples.length, (range?.to ?? 0) + kept);
    if (length > 0) length += gap;
    const offsetMs = ((length - from) * 1000) / sampleRate;
    const lastMs = ((length + to - from) * 1000) / sampleRate;
    for (const time of sentence.times) {
      const within = (ms: number): number => Math.min(lastMs, Math.max(0, ms + offsetMs));
      times.push(time && { startMs: within(time.startMs), endMs: within(time.endMs) });
    }
    if (parts.length > 0) parts.push(new Float32Array(gap));
    parts.push(sentence.samples.subarray(from, to));
    length += to - from;
  }
  const samples = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, sampleRate, times };
}
