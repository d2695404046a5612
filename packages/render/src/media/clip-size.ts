import { FilmwrightError } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { probeJson } from './probe.ts';

/** Pixels of a normalised clip or picture; fails as program-failed where there are none to be seen. */
export async function clipSize({
  path,
  toolset,
  signal,
}: {
  readonly path: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
}): Promise<{ readonly width: number; readonly height: number }> {
  const args = ['-select_streams', 'v:0', '-show_entries', 'stream=width,height', `file:${path}`];
  const seen = (await probeJson({ toolset, signal, purpose: 'looking at a clip', args })) as {
    readonly streams?: readonly { readonly width?: number; readonly height?: number }[];
  };
  const { width = 0, height = 0 } = seen.streams?.[0] ?? {};
  if (width > 0 && height > 0) return { width, height };
  throw new FilmwrightError(
    'program-failed',
    `ffprobe found pictures of ${width} x ${height} pixels in ${path}; wanted at least one pixel.`,
  );
}
