import type { TokenTime } from '@filmwright/contracts';
import type { Sound } from './wav.ts';

const silentDb = -42;
const stepMs = 5;
const pauseMs = 60;
const mostMs = 150;

/** Moves the start of a token that follows a pause (60 ms of silence, or the sound's beginning) to where it is heard, by at most 150 ms. */
export function startAfterPause(times: readonly TokenTime[], { samples, sampleRate }: Sound): readonly TokenTime[] {
  const step = Math.round((stepMs * sampleRate) / 1000);
  const loudness = Array.from({ length: Math.ceil(samples.length / step) }, (_, index) =>
    samples.subarray(index * step, (index + 1) * step).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
  );
  const floor = loudness.reduce((most, value) => Math.max(most, value), 0) * 10 ** (silentDb / 20);
  const silent = (index: number): boolean => (loudness[index] ?? 0) < floor;
  return times.map((time) => {
    if (time === null) return null;
    const start = Math.round(time.startMs / stepMs);
    const last = Math.min(start + mostMs / stepMs, Math.floor(time.endMs / stepMs) - 6);
    for (let index = start - pauseMs / stepMs; index < start; index += 1) if (!silent(index)) return time;
    let heard = start;
    while (heard < last && silent(heard)) heard += 1;
    return heard === start ? time : { startMs: heard * stepMs, endMs: time.endMs };
  });
}
