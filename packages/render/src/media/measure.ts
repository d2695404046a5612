import { FilmwrightError, type Output } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { frameTimes, probeJson } from './probe.ts';

/** What a viewer gets to see. */
export type MasterMeasures = Output<'measure'>;

export type MeasureMasterOptions = {
  readonly path: string;
  readonly fps: number;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

type Stream = Readonly<Record<string, string | number | undefined>>;

/** Reads frames, durations and colour of a master from its packets and header; fails as media-invalid without a video stream. */
export async function measureMaster({ path, fps, toolset, signal }: MeasureMasterOptions): Promise<MasterMeasures> {
  const seen = (await probeJson({ toolset, purpose: 'looking at a film', signal, args: ['-show_streams', `file:${path}`] })) as {
    streams?: Stream[];
  };
  const video = seen.streams?.find((stream) => stream.codec_type === 'video');
  const sound = seen.streams?.find((stream) => stream.codec_type === 'audio');
  if (video === undefined)
    throw new FilmwrightError(
      'media-invalid',
      `The film cannot be measured: found ${seen.streams?.length ?? 0} streams without a video stream, wanted one. Make the film again.`,
    );
  const ticksPerSecond = 1 / fraction(video.time_base);
  const times = await frameTimes({ path, frameTicks: Math.round(ticksPerSecond / fps), toolset, signal });
  return {
    frames: times.frames,
    width: Number(video.width),
    height: Number(video.height),
    videoMs: milliseconds((times.endTick - times.firstTick) / ticksPerSecond),
    soundMs: sound === undefined ? null : milliseconds(Number(sound.duration_ts ?? 0) * fraction(sound.time_base)),
    colour: {
      primaries: word(video.color_primaries),
      transfer: word(video.color_transfer),
      matrix: word(video.color_space),
      range: word(video.color_range),
    },
  };
}

/** The value of "1/90000"; 0 where it is none. */
export function fraction(text: string | number | undefined): number {
  const [above = 0, below = 1] = String(text ?? '0')
    .split('/')
    .map(Number);
  return below === 0 ? 0 : above / below;
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1e6) / 1e3;
const word = (value: string | number | undefined): string => (value === undefined ? 'unknown' : String(value));
