/** Values of a metric's labels by name; every label that the metric was made with, and no other. */
export type Labels = Readonly<Record<string, string>>;
export type Counter = { readonly add: (labels?: Labels, by?: number) => void };
export type Gauge = {
  readonly set: (labels: Labels, value: number) => void;
  readonly add: (labels: Labels, by: number) => void;
  /** Forgets all values, so that what is not there any more is not told. */
  readonly clear: () => void;
};
export type Histogram = { readonly observe: (labels: Labels, value: number) => void };

/** `name` by the conventions of Prometheus: base units at its end (`_seconds`, `_bytes`), `_total` for counters. */
export type MetricOptions = { readonly name: string; readonly help: string; readonly labels?: readonly string[] };

/** The figures of one process. Written by us: the usual client takes 20 MB in each of many small processes. */
export type Metrics = {
  readonly counter: (options: MetricOptions) => Counter;
  readonly gauge: (options: MetricOptions) => Gauge;
  /** `buckets`: upper bounds that grow; the one without bound is added. */
  readonly histogram: (options: MetricOptions & { readonly buckets: readonly number[] }) => Histogram;
  /** Calls `fill` before each reading, to set gauges; one that fails is counted and spoils nothing else. */
  readonly beforeReading: (fill: () => void | Promise<void>) => void;
  /** All of it in the text format of Prometheus, version 0.0.4. */
  readonly text: () => Promise<string>;
};

/** Media type of `text`. */
export const metricsMediaType = 'text/plain; version=0.0.4; charset=utf-8';
/** Bounds, in seconds, for what takes from milliseconds to minutes. */
export const secondsBuckets = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120, 600] as const;

type Series = { readonly labels: string; value: number };
type Metric = { readonly head: string; readonly lines: () => readonly string[] };

/** Begins the figures of a process of a role, with what every process tells: time on the processor, memory, start. */
export function createMetrics({ role }: { readonly role: string }): Metrics {
  const metrics = new Map<string, Metric>();
  const fills: (() => void | Promise<void>)[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const keep = (options: MetricOptions & { readonly type: string }, lines: () => readonly string[]): void => {
    const { name, help, type, labels = [] } = options;
    if (!/^[a-z][a-z0-9_]*$/.test(name) || labels.some((label) => !/^[a-z][a-z0-9_]*$/.test(label) || label === 'le'))
      throw new Error(`${name} with the labels ${labels.join(', ')} is no name of a metric`);
    if (metrics.has(name)) throw new Error(`there are two metrics ${name}`);
    metrics.set(name, { head: `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}`, lines });
  };
  const simple = (options: MetricOptions & { readonly type: 'counter' | 'gauge' }) => {
    const series = new Map<string, Series>();
    const at = seriesOf(options, series);
    if ((options.labels ?? []).length === 0) at({});
    keep(options, () => [...series.values()].map(({ labels, value }) => `${options.name}${braced(labels)} ${numberText(value)}`));
    return { at, series };
  };

  const made: Metrics = {
    counter(options) {
      const { at } = simple({ ...options, type: 'counter' });
      return {
        add(labels = {}, by = 1) {
          if (!(by >= 0)) throw new Error(`${options.name} only grows; found ${by}`);
          at(labels).value += by;
        },
      };
    },
    gauge(options) {
      const { at, series } = simple({ ...options, type: 'gauge' });
      return {
        set(labels, value) {
          at(labels).value = value;
        },
        add(labels, by) {
          at(labels).value += by;
        },
        clear: () => series.clear(),
      };
    },
    histogram(options) {
      const { buckets } = options;
      const series = new Map<string, Series>();
      const counts = new Map<Series, number[]>();
      const at = seriesOf(options, series);
      keep({ ...options, type: 'histogram' }, () =>
        [...series.values()].flatMap((one) => histogramLines({ name: options.name, buckets, one, counts: counts.get(one) ?? [] })),
      );
      return {
        observe(labels, value) {
          const one = at(labels);
          const found = counts.get(one) ?? new Array<number>(buckets.length + 1).fill(0);
          counts.set(one, found);
          const index = buckets.findIndex((bound) => value <= bound);
          const place = index < 0 ? buckets.length : index;
          found[place] = (found[place] ?? 0) + 1;
          one.value += value;
        },
      };
    },
    beforeReading: (fill) => void fills.push(fill),
    text() {
      // One reading after the other: a gauge that is cleared and filled again is not told half.
      const reading = turn.then(async () => {
        for (const fill of fills) await fillSafely(fill);
        const blocks = [...metrics.values()].map(({ head, lines }) => ({ head, lines: lines() })).filter(({ lines }) => lines.length > 0);
        return blocks.map(({ head, lines }) => `${head}\n${lines.join('\n')}\n`).join('');
      });
      turn = reading.catch(() => {});
      return reading;
    },
  };
  const failed = made.counter({
    name: 'filmwright_reading_failures_total',
    help: 'Figures that could not be read, such as without a database.',
  });
  const fillSafely = async (fill: () => void | Promise<void>): Promise<void> => {
    try {
      await fill();
    } catch {
      failed.add();
    }
  };
  addProcess(made, role);
  return made;
}

/** Names that monitoring knows from every program. */
function addProcess(metrics: Metrics, role: string): void {
  metrics.gauge({ name: 'filmwright_role', help: 'Which part of the platform this process is.', labels: ['role'] }).set({ role }, 1);
  const cpu = metrics.counter({ name: 'process_cpu_seconds_total', help: 'Time on the processor.' });
  const memory = metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Memory that lies in RAM.' });
  const busy = metrics.counter({ name: 'nodejs_eventloop_busy_seconds_total', help: 'Time in which the event loop did not wait.' });
  metrics
    .gauge({ name: 'process_start_time_seconds', help: 'Start of the process since 1970.' })
    .set({}, Math.round(performance.timeOrigin) / 1000);
  let [cpuS, busyS] = [0, 0];
  metrics.beforeReading(() => {
    const { user, system } = process.cpuUsage();
    const nowCpuS = (user + system) / 1e6;
    const nowBusyS = performance.eventLoopUtilization().active / 1000;
    cpu.add({}, nowCpuS - cpuS);
    busy.add({}, Math.max(0, nowBusyS - busyS));
    [cpuS, busyS] = [nowCpuS, Math.max(busyS, nowBusyS)];
    memory.set({}, process.memoryUsage.rss());
  });
}

function seriesOf({ name, labels: names = [] }: MetricOptions, series: Map<string, Series>): (labels: Labels) => Series {
  return (labels) => {
    const given = Object.keys(labels);
    if (given.length !== names.length || names.some((label) => labels[label] === undefined))
      throw new Error(`${name} has the labels ${names.join(', ') || '(none)'}; found ${given.join(', ') || '(none)'}`);
    const text = names.map((label) => `${label}="${escaped(labels[label] ?? '').replaceAll('"', '\\"')}"`).join(',');
    const known = series.get(text) ?? { labels: text, value: 0 };
    series.set(text, known);
    return known;
  };
}

type HistogramSeries = {
  readonly name: string;
  readonly buckets: readonly number[];
  readonly one: Series;
  readonly counts: readonly number[];
};

function histogramLines({ name, buckets, one, counts }: HistogramSeries): readonly string[] {
  let sum = 0;
  const lines = [...buckets, Number.POSITIVE_INFINITY].map((bound, index) => {
    sum += counts[index] ?? 0;
    return `${name}_bucket${braced([one.labels, `le="${numberText(bound)}"`].filter((part) => part !== '').join(','))} ${sum}`;
  });
  return [...lines, `${name}_sum${braced(one.labels)} ${numberText(one.value)}`, `${name}_count${braced(one.labels)} ${sum}`];
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
