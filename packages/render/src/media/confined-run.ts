import { confinement } from '../confine/confinement.ts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import type { FfmpegDescription, FfmpegOptions } from '../plan/ffmpeg-arguments.ts';
import { probeJson } from './probe.ts';

/** An upload under its path, as only confined programs may read it. */
export type Upload = {
  readonly path: string;
  readonly name: string;
  /** ffmpeg's name of the one demuxer that its content calls for. */
  readonly demuxer: string;
  readonly outDir: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

export type ConfinedLimits = { readonly cpuSeconds?: number; readonly maxFileBytes?: number };

const shut = ({ path, outDir, toolset }: Upload, limits: ConfinedLimits = {}): string[] =>
  confinement().launcher({ readPaths: [path, toolset.ffmpeg, toolset.ffprobe], writeDir: outDir, ...limits });

/** Input options of every foreign file: local files only, one demuxer only, so that a playlist can never name another file. */
export const foreignInput = ({ demuxer }: Upload): FfmpegOptions => ({
  threads: 2,
  protocol_whitelist: 'file,pipe',
  format_whitelist: demuxer,
  f: demuxer,
});

export type ProbedStream = Readonly<Record<string, unknown>> & { readonly codec_type?: string };
export type ProbedFile = { readonly streams: readonly ProbedStream[]; readonly durationMs: number | null };

/** What ffprobe, shut in, says of an upload; fails as program-failed where it is damaged. */
export async function probeUpload(upload: Upload, { maxPixels }: { maxPixels: number }): Promise<ProbedFile> {
  const { demuxer, toolset, signal, path } = upload;
  const guarded = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', demuxer, '-max_pixels', String(maxPixels), '-f', demuxer];
  const seen = (await probeJson({
    toolset,
    signal,
    purpose: 'looking at an upload',
    timeoutMs: 120_000,
    launcher: shut(upload),
    args: [...guarded, '-show_streams', '-show_format', `file:${path}`],
  })) as { streams?: ProbedStream[]; format?: { duration?: string } };
  const seconds = Number(seen.format?.duration ?? Number.NaN);
  return { streams: seen.streams ?? [], durationMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null };
}

export type ConfinedFfmpeg = ConfinedLimits & {
  readonly purpose: string;
  readonly description: FfmpegDescription;
  readonly maxStdoutBytes?: number;
};

/** Runs ffmpeg, shut in, on an upload. */
export function convertUpload(
  upload: Upload,
  { purpose, description, maxStdoutBytes = 0, ...limits }: ConfinedFfmpeg,
): Promise<{ stdout: Uint8Array; log: string }> {
  const { toolset, signal } = upload;
  return runFfmpeg({
    toolset,
    signal,
    purpose,
    description: { ...description, global: { filter_threads: 2 } },
    maxStdoutBytes,
    launcher: shut(upload, limits),
  });
}

/** The launcher for a decoder that is read while it runs. */
export const confinedLauncher = shut;
