import type { Rendition, Segment, WebPackage } from '@filmwright/contracts';

/** Bits per second of a track: `peak` over any of its segments, `average` over all of them. */
export type Bandwidth = { readonly peak: number; readonly average: number };

/** What a track's segments need. */
export function trackBandwidth({
  segments,
  timescale,
}: {
  readonly segments: readonly Pick<Segment, 'bytes' | 'ticks'>[];
  readonly timescale: number;
}): Bandwidth {
  let bytes = 0;
  let ticks = 0;
  let peak = 0;
  for (const segment of segments) {
    bytes += segment.bytes;
    ticks += segment.ticks;
    // A tail of a few frames holds a key frame and says little of what a player must download in time.
    const seconds = Math.max(1, segment.ticks / timescale);
    peak = Math.max(peak, (segment.bytes * 8) / seconds);
  }
  return { peak: Math.ceil(peak), average: Math.ceil((bytes * 8 * timescale) / Math.max(1, ticks)) };
}

/** What a viewer of a rendition needs, its sound included. */
export function viewBandwidth(rendition: Rendition, sound: WebPackage['sound']): Bandwidth {
  const video = trackBandwidth(rendition);
  const heard = sound === null ? { peak: 0, average: 0 } : trackBandwidth(sound);
  return { peak: video.peak + heard.peak, average: video.average + heard.average };
}
