/** One filter: positional values are not offered, so that every value is named where it is read. */
export type Filter = { readonly name: string; readonly options: Readonly<Record<string, string | number>> };
/** Filters in a row between labelled pads; without labels ffmpeg connects the first input and the output itself. */
export type Chain = { readonly inputs?: readonly string[]; readonly filters: readonly Filter[]; readonly outputs?: readonly string[] };

const identifier = /^[a-zA-Z][a-zA-Z0-9_]*$/;
const label = /^[a-zA-Z0-9_:]+$/;

/** A filter by name; throws when the name or an option's name is not an identifier. */
export function filter(name: string, options: Filter['options'] = {}): Filter {
  for (const word of [name, ...Object.keys(options)])
    if (!identifier.test(word)) throw new Error(`"${word}" is not an identifier of a filtergraph`);
  return { name, options };
}

/** Escapes a value twice, as ffmpeg unescapes twice: once for the filter's options, once for the graph ("Notes on filtergraph escaping" in its manual). */
export function escapeFilterValue(value: string): string {
  return value.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}

function writeFilter({ name, options }: Filter): string {
  const values = Object.entries(options).map(([key, value]) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${name}.${key} wants a finite number, found ${value}`);
    return `${key}=${typeof value === 'number' ? value : escapeFilterValue(value)}`;
  });
  return values.length === 0 ? name : `${name}=${values.join(':')}`;
}

const writeLabels = (labels: readonly string[] = []): string =>
  labels
    .map((each) => {
      if (!label.test(each)) throw new Error(`"${each}" is not a label of a filtergraph`);
      return `[${each}]`;
    })
    .join('');

/** The text of a filtergraph for -vf, -af or -filter_complex; texts of users never belong in it, whatever the escaping. */
export function writeFiltergraph(chains: readonly Chain[]): string {
  return chains
    .map(({ inputs, filters, outputs }) => writeLabels(inputs) + filters.map(writeFilter).join(',') + writeLabels(outputs))
    .join(';');
}
