import assert from 'node:assert/strict';

export type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };
export type ReadMetrics = {
  readonly samples: readonly Sample[];
  /** Sum of the samples of a name that have these labels; 0 where there are none. */
  readonly sum: (name: string, labels?: Readonly<Record<string, string>>) => number;
};

const nameForm = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const sampleForm = new RegExp(`^(${nameForm})(?:\\{(.*)\\})? ([^ ]+)$`);
const labelForm = new RegExp(`^(${nameForm})="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"(?:,|$)`);
const units = /_(seconds|bytes|total|ratio|info)$/;

/** Reads the text format of Prometheus and fails on whatever its definition or its conventions of naming do not allow. */
export function readMetrics(text: string): ReadMetrics {
  assert.ok(text.endsWith('\n'), 'the last line ends with a line break');
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const told = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (told !== null) {
      const [, what, name = '', rest = ''] = told;
      if (what === 'HELP') {
        assert.ok(!helps.has(name), `${name} is told twice`);
        helps.add(name);
      } else {
        assert.match(rest, /^(counter|gauge|histogram)$/, line);
        assert.ok(!types.has(name), `${name} has two types`);
        if (rest === 'counter') assert.match(name, /_total$/, `${name} counts`);
        else assert.doesNotMatch(name, /_total$/, `${name} does not count`);
        assert.doesNotMatch(name, /_(ms|milliseconds|minutes|kb|mb|mib)(_|$)/, `${name} is in base units`);
        if (rest === 'histogram') assert.match(name, units, `${name} names its unit`);
        types.set(name, rest);
      }
      current = name;
      continue;
    }
    const [, name = '', labelText = '', valueText = ''] = sampleForm.exec(line) ?? assert.fail(`not a line of the format: ${line}`);
    const family = types.get(current) === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;
    assert.equal(family, current, `${name} stands below the head of ${current}`);
    assert.ok(types.has(family) && helps.has(family), `${family} has help and type`);
    const labels = readLabels(labelText, line);
    const value = valueText === '+Inf' ? Number.POSITIVE_INFINITY : Number(valueText);
    assert.ok(valueText !== '' && !Number.isNaN(value), line);
    const key = `${name}{${Object.entries(labels).sort().join(';')}}`;
    assert.ok(!seen.has(key), `${key} stands twice`);
    seen.add(key);
    samples.push({ name, labels, value });
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, samples);
  const sum: ReadMetrics['sum'] = (name, labels = {}) =>
    samples
      .filter((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value))
      .reduce((total, { value }) => total + value, 0);
  return { samples, sum };
}

function readLabels(text: string, line: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [all, name = '', value = ''] = labelForm.exec(rest) ?? assert.fail(`labels cannot be read: ${line}`);
    assert.ok(!(name in labels), `${name} stands twice: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(all.length);
  }
  return labels;
}

/** Buckets grow, end without bound, and the last counts all. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, Sample[]>();
  for (const one of samples) {
    if (one.name !== `${name}_bucket`) continue;
    const { le: _, ...rest } = one.labels;
    const key = JSON.stringify(rest);
    series.set(key, [...(series.get(key) ?? []), one]);
  }
  for (const [labels, buckets] of series) {
    const bounds = buckets.map((one) => (one.labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(one.labels.le)));
    assert.ok(
      bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0)),
      `${name} has bounds that grow`,
    );
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY);
    assert.ok(
      buckets.every(({ value }, index) => index === 0 || value >= (buckets[index - 1]?.value ?? 0)),
      `${name} accumulates`,
    );
    const count = samples.find((one) => one.name === `${name}_count` && JSON.stringify(one.labels) === labels);
    assert.equal(buckets.at(-1)?.value, count?.value, `${name} counts all`);
    assert.ok(samples.some((one) => one.name === `${name}_sum` && JSON.stringify(one.labels) === labels));
  }
}
