import { along, linePath, ticks } from '../../model/chart.ts';
import { clockTime } from '../../model/format.ts';

const box = { width: 480, height: 160, left: 44, right: 8, top: 8, bottom: 24 } as const;
const plot = { fromX: box.left, toX: box.width - box.right, fromY: box.height - box.bottom, toY: box.top } as const;

/** How loud the film is over its time, with the loudness that was wanted. */
export function LoudnessChart({
  curve,
  wanted,
  durationMs,
}: {
  readonly curve: readonly (readonly [number, number])[];
  readonly wanted: number;
  readonly durationMs: number;
}) {
  if (curve.length < 2) return <p className="quiet small">The film is too short for a curve.</p>;
  const loud = curve.map(([, lufs]) => lufs).filter((lufs) => lufs > -70);
  const y = { min: Math.max(-60, Math.min(wanted - 12, ...loud)), max: Math.max(wanted + 6, ...loud), fromPx: plot.fromY, toPx: plot.toY };
  const x = { min: 0, max: durationMs, fromPx: plot.fromX, toPx: plot.toX };
  const path = linePath(curve.map(([ms, lufs]) => [along(x, ms), along(y, lufs)] as const));
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${box.width} ${box.height}`}
      role="img"
      aria-label={`Loudness from ${Math.min(...loud).toFixed(0)} to ${Math.max(...loud).toFixed(0)} LUFS, wanted ${wanted}`}
    >
      <Across values={ticks(y.min, y.max, 4)} at={(value) => along(y, value)} name={(value) => `${value}`} />
      {ticks(0, durationMs, 5).map((ms) => (
        <text key={ms} x={along(x, ms)} y={box.height - 6} textAnchor="middle">
          {clockTime(ms)}
        </text>
      ))}
      <line className="chart-wanted" x1={plot.fromX} x2={plot.toX} y1={along(y, wanted)} y2={along(y, wanted)} />
      <path className="chart-line" d={path} />
    </svg>
  );
}

/** How far each captioned word stands from where it is heard: earlier below, later above. */
export function DriftChart({ drifts }: { readonly drifts: readonly number[] }) {
  if (drifts.length === 0) return <p className="quiet small">No words to measure.</p>;
  const reach = Math.max(100, ...drifts.map(Math.abs));
  const y = { min: -reach, max: reach, fromPx: plot.fromY, toPx: plot.toY };
  const x = { min: -0.5, max: drifts.length - 0.5, fromPx: plot.fromX, toPx: plot.toX };
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${box.width} ${box.height}`}
      role="img"
      aria-label={`Drift of ${drifts.length} words, at most ${Math.round(Math.max(...drifts.map(Math.abs)))} milliseconds`}
    >
      <Across values={[-reach, 0, reach]} at={(value) => along(y, value)} name={(value) => `${Math.round(value)}`} />
      {drifts.map((drift, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word is known by its place.
        <line key={index} className="chart-stem" x1={along(x, index)} x2={along(x, index)} y1={along(y, 0)} y2={along(y, drift)} />
      ))}
      <text x={(plot.fromX + plot.toX) / 2} y={box.height - 6} textAnchor="middle">
        words of the film, milliseconds
      </text>
    </svg>
  );
}

/** The likeness of every size of the film: mean as a bar, the worst frame as a mark. */
export function RungChart({
  rungs,
}: {
  readonly rungs: readonly { readonly rung: string; readonly mean: number; readonly worst: number }[];
}) {
  if (rungs.length === 0) return <p className="quiet small">Measured on the master alone.</p>;
  const lowest = Math.min(0.9, ...rungs.map(({ worst }) => worst));
  const x = { min: Math.floor(lowest * 20) / 20, max: 1, fromPx: 72, toPx: plot.toX - 8 };
  const row = 28;
  const height = rungs.length * row + 24;
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${box.width} ${height}`}
      role="img"
      aria-label={rungs.map(({ rung, mean, worst }) => `${rung}: ${mean.toFixed(3)}, worst ${worst.toFixed(3)}`).join('; ')}
    >
      {rungs.map(({ rung, mean, worst }, at) => (
        <g key={rung}>
          <text x={64} y={at * row + 19} textAnchor="end">
            {rung}
          </text>
          <rect className="chart-bar" x={x.fromPx} y={at * row + 6} width={Math.max(1, along(x, mean) - x.fromPx)} height={16} rx={3} />
          <line className="chart-worst" x1={along(x, worst)} x2={along(x, worst)} y1={at * row + 3} y2={at * row + 25} />
        </g>
      ))}
      {ticks(x.min, 1, 4).map((value) => (
        <text key={value} x={along(x, value)} y={height - 6} textAnchor="middle">
          {value.toFixed(2)}
        </text>
      ))}
    </svg>
  );
}

type AcrossProps = { readonly values: readonly number[]; readonly at: (value: number) => number; readonly name: (value: number) => string };

function Across({ values, at, name }: AcrossProps) {
  return values.map((value) => (
    <g key={value}>
      <line className="chart-grid" x1={plot.fromX} x2={plot.toX} y1={at(value)} y2={at(value)} />
      <text x={plot.fromX - 6} y={at(value) + 4} textAnchor="end">
        {name(value)}
      </text>
    </g>
  ));
}
