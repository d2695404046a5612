import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';

/** Levels of a sound after EBU R 128; null where there is nothing above the gate. */
export type SoundLevels = {
  readonly loudnessLufs: number | null;
  readonly truePeakDb: number | null;
  readonly loudnessRangeLu: number | null;
  /** Momentary loudness along the sound: milliseconds and LUFS, the mean power of what follows until the next point; -70 where it is silent. */
  readonly curve: readonly (readonly [number, number])[];
};

export type SoundLevelsOptions = { readonly path: string; readonly toolset: Toolset; readonly signal?: AbortSignal | undefined };

const levelFilters = [
  filter('ebur128', { peak: 'true', framelog: 'verbose', metadata: 1 }),
  filter('ametadata', { mode: 'print', key: 'lavfi.r128.M', file: 'pipe:1' }),
];

/** Decodes the first sound stream of a file and measures it. */
export async function soundLevels({ path, toolset, signal }: SoundLevelsOptions): Promise<SoundLevels> {
  const { log, stdout } = await runFfmpeg({
    toolset,
    signal,
    purpose: 'measuring loudness',
    maxStdoutBytes: 64 * 1024 ** 2,
    description: {
      logLevel: 'info',
      global: { nostats: true },
      inputs: [{ options: { vn: true }, from: { file: path } }],
      outputs: [
        {
          options: {
            map: '0:a:0',
            af: writeFiltergraph([{ filters: levelFilters }]),
          },
          to: { nothing: true },
        },
      ],
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
    curve: thinned(new TextDecoder().decode(stdout)),
  };
}

/** The filter measures ten times a second. */
const measuredEveryMs = 100;
const mostPoints = 1200;

/** At most two points a second, fewer for long films. */
function thinned(printed: string): SoundLevels['curve'] {
  const powers = Array.from(printed.matchAll(/lavfi\.r128\.M=(-?[\d.]+|-?inf|nan)/g), ([, value]) => 10 ** (Number(value) / 10) || 0);
  const step = Math.max(5, Math.ceil(powers.length / mostPoints));
  const points: (readonly [number, number])[] = [];
  for (let at = 0; at < powers.length; at += step) {
    const part = powers.slice(at, at + step);
    const lufs = 10 * Math.log10(part.reduce((sum, power) => sum + power, 0) / part.length);
    points.push([at * measuredEveryMs, Math.max(-70, Math.round(lufs * 10) / 10)]);
  }
  return points;
}
