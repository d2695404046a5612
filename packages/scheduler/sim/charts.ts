import type { Outcome } from './simulate.ts';

/** Text safe in HTML and SVG. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** A chart's area in pixels of its own coordinates, without the room for its labels. */
type Frame = {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

const svg = ({ width, height }: Pick<Frame, 'width' | 'height'>, drawn: { readonly label: string; readonly body: string }): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(drawn.label)}">${drawn.body}</svg>`;

const text = (
  x: number,
  y: number,
  shown: { readonly content: string; readonly anchor?: 'start' | 'middle' | 'end'; readonly kind?: string },
): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${shown.anchor ?? 'start'}" class="${shown.kind ?? 'axis'}">${escaped(shown.content)}</text>`;

const rule = (from: readonly [number, number], to: readonly [number, number], kind: string): string =>
  `<line x1="${from[0].toFixed(1)}" y1="${from[1].toFixed(1)}" x2="${to[0].toFixed(1)}" y2="${to[1].toFixed(1)}" class="${kind}"/>`;

/** A duration in the largest unit that leaves at least one of it. */
export const spoken = (ms: number): string => {
  if (ms === 0) return '0';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 7_200_000) return `${Number((ms / 60_000).toFixed(0))} min`;
  return `${Number((ms / 3_600_000).toFixed(1))} h`;
};

const binCount = 150;

/** Parts of the fleet's devices (or slots) that compute and that load, in equal bins until `toMs`. */
const binsOf = (outcome: Outcome, toMs: number): { readonly compute: Float64Array; readonly load: Float64Array } => {
  const compute = new Float64Array(binCount);
  const load = new Float64Array(binCount);
  const binMs = toMs / binCount;
  const onGpu = outcome.scenario.runners.some((runner) => runner.devices.length > 0);
  const units = outcome.scenario.runners.reduce((sum, runner) => sum + (onGpu ? runner.devices.length : runner.slots), 0);
  const add = (bins: Float64Array, held: { readonly fromMs: number; readonly toMs: number; readonly by: number }): void => {
    for (let bin = Math.floor(held.fromMs / binMs); bin < binCount && bin * binMs < held.toMs; bin += 1) {
      const inside = Math.min(held.toMs, (bin + 1) * binMs) - Math.max(held.fromMs, bin * binMs);
      bins[bin] = (bins[bin] ?? 0) + (inside * held.by) / (binMs * units);
    }
  };
  for (const run of outcome.runs) {
    if (run.onGpu !== onGpu) continue;
    add(load, { fromMs: run.grantedMs, toMs: run.workMs, by: run.held });
    add(compute, { fromMs: run.workMs, toMs: run.endMs, by: run.held });
  }
  return { compute, load };
};

const minuteMs = 60_000;
const timeSteps = [1, 2, 5, 10, 20, 30]
  .map((seconds) => seconds * 1000)
  .concat([1, 2, 5, 10, 20, 30, 60, 120, 240, 360, 720, 1440].map((minutes) => minutes * minuteMs));

/** Round times from 0 until `toMs`, at most seven. */
const roundTimes = (toMs: number): readonly number[] => {
  const stepMs = timeSteps.find((ms) => toMs / ms <= 6) ?? Math.ceil(toMs / 6 / (1440 * minuteMs)) * 1440 * minuteMs;
  return Array.from({ length: Math.floor(toMs / stepMs) + 1 }, (_, index) => index * stepMs);
};

/** Computing and loading over time as stacked areas, of one policy. */
export const utilisationChart = (outcome: Outcome, toMs: number): string => {
  const frame: Frame = { width: 520, height: 150, left: 56, right: 8, top: 8, bottom: 22 };
  const { compute, load } = binsOf(outcome, toMs);
  const x = (bin: number): number => frame.left + (bin / binCount) * (frame.width - frame.left - frame.right);
  const y = (part: number): number => frame.top + (1 - Math.min(1, part)) * (frame.height - frame.top - frame.bottom);
  const area = (lower: (bin: number) => number, upper: (bin: number) => number): string => {
    const points: string[] = [];
    for (let bin = 0; bin < binCount; bin += 1)
      points.push(`${x(bin).toFixed(1)},${y(upper(bin)).toFixed(1)} ${x(bin + 1).toFixed(1)},${y(upper(bin)).toFixed(1)}`);
    for (let bin = binCount - 1; bin >= 0; bin -= 1)
      points.push(`${x(bin + 1).toFixed(1)},${y(lower(bin)).toFixed(1)} ${x(bin).toFixed(1)},${y(lower(bin)).toFixed(1)}`);
    return points.join(' ');
  };
  const computed = (bin: number): number => compute[bin] ?? 0;
  const both = (bin: number): number => computed(bin) + (load[bin] ?? 0);
  const lines = [0, 0.5, 1].map(
    (part) =>
      rule([frame.left, y(part)], [frame.width - frame.right, y(part)], 'grid') +
      text(frame.left - 6, y(part) + 4, { content: `${part * 100} %`, anchor: 'end' }),
  );
  const times = roundTimes(toMs).map((ms) =>
    text(x((ms / toMs) * binCount), frame.height - 6, {
      content: spoken(ms),
      anchor: ms === 0 ? 'start' : ms > 0.95 * toMs ? 'end' : 'middle',
    }),
  );
  const areas = `<polygon class="compute" points="${area(() => 0, computed)}"/><polygon class="load" points="${area(computed, both)}"/>`;
  return svg(frame, { label: `Use of devices over time under ${outcome.policy}`, body: lines.join('') + areas + times.join('') });
};

/** A policy's line or bar; `colour` is the number of a series colour of the page. */
export type Series = { readonly name: string; readonly colour: number; readonly strong: boolean };

/** For every policy the part of its tasks that waited at most so long, on a logarithmic scale from 0.1 s. */
export const waitChart = (drawn: readonly (Series & { readonly waitsMs: readonly number[] })[]): string => {
  const frame: Frame = { width: 1080, height: 300, left: 48, right: 12, top: 10, bottom: 26 };
  const leastMs = 100;
  const mostMs = Math.max(10_000, ...drawn.map(({ waitsMs }) => waitsMs.reduce((most, ms) => Math.max(most, ms), 0)));
  const x = (ms: number): number =>
    frame.left + (Math.log(Math.max(leastMs, ms) / leastMs) / Math.log(mostMs / leastMs)) * (frame.width - frame.left - frame.right);
  const y = (part: number): number => frame.top + (1 - part) * (frame.height - frame.top - frame.bottom);
  const across = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      rule([frame.left, y(part)], [frame.width - frame.right, y(part)], 'grid') +
      text(frame.left - 6, y(part) + 4, { content: `${part * 100} %`, anchor: 'end' }),
  );
  const ticks = [100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000].filter((ms) => ms <= mostMs);
  const up = ticks.map(
    (ms) =>
      rule([x(ms), frame.top], [x(ms), frame.height - frame.bottom], 'grid') +
      text(x(ms), frame.height - 8, { content: spoken(ms), anchor: 'middle' }),
  );
  const lines = drawn.map(({ name, colour, strong, waitsMs }) => {
    const sorted = Float64Array.from(waitsMs).sort();
    const points = Array.from({ length: 201 }, (_, step) => {
      const ms = sorted[Math.min(sorted.length - 1, Math.floor((step / 200) * sorted.length))] ?? 0;
      return `${x(ms).toFixed(1)},${y(step / 200).toFixed(1)}`;
    });
    return `<polyline class="line s${colour}${strong ? ' strong' : ''}" points="${points.join(' ')}"><title>${escaped(name)}</title></polyline>`;
  });
  return svg(frame, { label: 'Part of tasks by wait', body: [...across, ...up, ...lines].join('') });
};

/** Parts of a bar, each with the class that colours it. */
export type Bar = {
  readonly name: string;
  readonly parts: readonly { readonly value: number; readonly kind: string; readonly title: string }[];
  readonly label: string;
};

/** Horizontal stacked bars on one scale from 0. */
export const barChart = (bars: readonly Bar[], label: string): string => {
  const row = 30;
  const frame: Frame = { width: 520, height: bars.length * row + 8, left: 132, right: 112, top: 4, bottom: 4 };
  const most = Math.max(1e-9, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const scale = (frame.width - frame.left - frame.right) / most;
  const body = bars.map(({ name, parts, label: figure }, index) => {
    const y = frame.top + index * row;
    let x = frame.left;
    const drawn = parts.map(({ value, kind, title }) => {
      const width = value * scale;
      const rect = `<rect x="${x.toFixed(1)}" y="${y + 6}" width="${Math.max(0, width - 1).toFixed(1)}" height="${row - 12}" rx="2" class="${kind}"><title>${escaped(title)}</title></rect>`;
      x += width;
      return rect;
    });
    return (
      text(frame.left - 8, y + row / 2 + 4, { content: name, anchor: 'end', kind: 'name' }) +
      drawn.join('') +
      text(x + 6, y + row / 2 + 4, { content: figure, kind: 'name' })
    );
  });
  return svg(frame, { label, body: body.join('') });
};

/** Each workspace's share under each policy as a dot; 1 is what its weight is entitled to. */
export const fairnessChart = (
  drawn: readonly (Series & { readonly shares: readonly { readonly workspace: string; readonly share: number }[] })[],
): string => {
  const row = 34;
  const frame: Frame = { width: 640, height: drawn.length * row + 34, left: 140, right: 20, top: 8, bottom: 26 };
  const most = Math.max(1.5, ...drawn.flatMap(({ shares }) => shares.map(({ share }) => share)));
  const x = (share: number): number => frame.left + (share / most) * (frame.width - frame.left - frame.right);
  const bottom = frame.height - frame.bottom;
  const marks = [0, 0.5, 0.9, 1, 1.5, 2, 3, 4]
    .filter((share) => share <= most)
    .map(
      (share) =>
        rule([x(share), frame.top], [x(share), bottom], share === 1 ? 'even' : share === 0.9 ? 'least' : 'grid') +
        (share === 0.9 ? '' : text(x(share), frame.height - 8, { content: share.toFixed(1), anchor: 'middle' })),
    );
  const rows = drawn.map(({ name, colour, shares }, index) => {
    const y = frame.top + row * (index + 0.5);
    const dots = shares.map(
      ({ workspace, share }) =>
        `<circle cx="${x(share).toFixed(1)}" cy="${y.toFixed(1)}" r="6" class="dot s${colour}"><title>${escaped(`${workspace}: ${share.toFixed(2)}`)}</title></circle>`,
    );
    const none = shares.length === 0 ? text(frame.left + 8, y + 4, { content: 'nobody was backlogged for five minutes' }) : '';
    return text(frame.left - 10, y + 4, { content: name, anchor: 'end', kind: 'name' }) + dots.join('') + none;
  });
  return svg(frame, { label: 'Share of each workspace over its weight', body: [...marks, ...rows].join('') });
};
