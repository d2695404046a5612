import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';

/** Levels of a sound after EBU R 128; null where there is nothing above the gate. */
export type SoundLevels = {
  readonly loudnessLufs: number | null;
  readonly truePeakDb: number | null;
  readonly loudnessRangeLu: number | null;
};

export type SoundLevelsOptions = { readonly path: string; readonly toolset: Toolset; readonly signal?: AbortSignal | undefined };

/** Decodes the first sound stream of a file and measures it. */
export async function soundLevels({ path, toolset, signal }: SoundLevelsOptions): Promise<SoundLevels> {
  const { log } = await runFfmpeg({
    toolset,
    signal,
    purpose: 'measuring loudness',
    description: {
      logLevel: 'info',
      global: { nostats: true },
      inputs: [{ options: { vn: true }, from: { file: path } }],
      outputs: [{ options: { map: '0:a:0', af: 'ebur128=peak=true:framelog=verbose' }, to: { nothing: true } }],
    },
  });
  const summary = log.slice(log.lastIndexOf('Summary:'));
  const read = (pattern: RegExp): number | null => {
    const value = Number(pattern.exec(summary)?.[1] ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  const loudness = read(/I:\s+(-?[\d.]+) LUFS/);
  return {
    // The filter says -70 where nothing passed its gate.
    loudnessLufs: loudness === null || loudness <= -70 ? null : loudness,
    truePeakDb: read(/Peak:\s+(-?[\d.]+) dBFS/),
    loudnessRangeLu: read(/LRA:\s+(-?[\d.]+) LU/),
  };
}
