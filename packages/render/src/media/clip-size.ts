import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { probeJson } from './probe.ts';

/** Pixels of a normalised clip. */
export async function clipSize({
  path,
  toolset,
  signal,
}: {
  readonly path: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal;
}): Promise<{ readonly width: number; readonly height: number }> {
  const args = ['-select_streams', 'v:0', '-show_entries', 'stream=width,height', `file:${path}`];
  const seen = (await probeJson({ toolset, signal, purpose: 'looking at a clip', args })) as {
    readonly streams?: readonly { readonly width?: number; readonly height?: number }[];
  };
  const { width = 0, height = 0 } = seen.streams?.[0] ?? {};
  return { width, height };
}
