import type { Cmaf, Output, Rendition, Segment, WebPackage } from '@filmwright/contracts';
import { frameStartMs } from '../film/frames.ts';
import type { Rung } from './ladder.ts';
import type { FilmPlan } from './plan-film.ts';
import type { PlannedSpan } from './plan-spans.ts';

/** The spans of a rung in film order, with what is encoded of them. */
export type PlannedRung = { readonly rung: Rung; readonly spans: readonly PlannedSpan[] };

export type PackageViewInput = {
  readonly plan: FilmPlan;
  readonly rungs: readonly PlannedRung[];
  /** Null for a silent film, undefined while it is not laid out. */
  readonly sound: Output<'fragment'> | null | undefined;
} & Pick<WebPackage, 'captions' | 'poster' | 'sprites' | 'complete'>;

/** What can be played of a film by now; null while there is no picture or the sound is missing. */
export function packageView({ plan, rungs, sound, ...rest }: PackageViewInput): WebPackage | null {
  const { film, frames } = plan;
  const { fps } = film.format;
  if (sound === undefined) return null;
  const renditions = rungs.map((planned) => renditionOf(planned, fps)).filter((one) => one !== null);
  if (renditions.length === 0) return null;
  return {
    title: film.title,
    language: film.language,
    durationMs: frameStartMs(frames, fps),
    renditions: renditions.reverse(),
    sound: sound === null ? null : { ...trackOf(sound.asset.digest, sound.cmaf), channels: 2, segments: soundSegments(sound) },
    ...rest,
  };
}

/** The part of a rung that is encoded without a gap from the start of the film; null while its first span is missing. */
function renditionOf({ rung, spans }: PlannedRung, fps: number): Rendition | null {
  const first = spans[0]?.output;
  if (first === undefined) return null;
  const segments: Segment[] = [];
  for (const { output, startFrame } of spans) {
    if (output === undefined) break;
    const { cmaf, frames, asset } = output;
    const ticksPerFrame = cmaf.timescale / fps;
    segments.push({
      asset: asset.digest,
      offset: cmaf.initBytes,
      bytes: cmaf.fragments.reduce((sum, fragment) => sum + fragment.bytes, 0),
      startTick: startFrame * ticksPerFrame,
      ticks: frames * ticksPerFrame,
    });
  }
  return { rung: rung.name, ...rung.size, fps, ...trackOf(first.asset.digest, first.cmaf), segments };
}

function trackOf(asset: string, { codec, timescale, initBytes }: Cmaf) {
  return { codec, timescale, init: { asset, bytes: initBytes } };
}

function soundSegments({ asset, cmaf }: Output<'fragment'>): readonly Segment[] {
  let startTick = 0;
  return cmaf.fragments.map(({ offset, bytes, ticks }) => {
    const segment = { asset: asset.digest, offset, bytes, startTick, ticks };
    startTick += ticks;
    return segment;
  });
}
