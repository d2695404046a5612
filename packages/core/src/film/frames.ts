import type { Film } from '@filmwright/contracts';

const secondsPer = { ms: 0.001, s: 1, min: 60 } as const;

/** Frames of a document duration (`4s`, `800ms`, `1min`, `120f`), rounded to the nearest frame of `fps`. The text must have passed the schema. */
export function framesOf(duration: string, fps: number): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|f)\s*$/.exec(duration);
  if (match === null) throw new RangeError(`duration is ${JSON.stringify(duration)}, wanted a number with a unit such as 4s`);
  const value = Number(match[1]);
  const unit = match[2] as 'ms' | 's' | 'min' | 'f';
  return Math.round(unit === 'f' ? value : value * secondsPer[unit] * fps);
}

/** Milliseconds of a document duration; `f` counts frames of `fps`. */
export function millisecondsOf(duration: string, fps: number): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|f)\s*$/.exec(duration);
  if (match === null) throw new RangeError(`duration is ${JSON.stringify(duration)}, wanted a number with a unit such as 4s`);
  const value = Number(match[1]);
  const unit = match[2] as 'ms' | 's' | 'min' | 'f';
  return unit === 'f' ? (value * 1000) / fps : value * secondsPer[unit] * 1000;
}

/** Milliseconds at which frame `frame` begins. */
export function frameStartMs(frame: number, fps: number): number {
  return (frame * 1000) / fps;
}

/** Samples a second of every film's sound. */
export const soundRate = 48_000;

/** Samples up to the start of frame `frame`; exact for every frame rate of the format (48,000 divides by all of them). */
export function samplesAt(frame: number, fps: number): number {
  return (frame * soundRate) / fps;
}

export type Size = { readonly width: number; readonly height: number };

/** Pixels of a film: `resolution` names the short side; all sides are even. */
export function sizeOf(format: Film['format']): Size {
  const short = Number.parseInt(format.resolution, 10);
  const [across, down] = format.aspect.split(':').map(Number) as [number, number];
  const even = (value: number): number => Math.round(value / 2) * 2;
  return across >= down ? { width: even((short * across) / down), height: short } : { width: short, height: even((short * down) / across) };
}
