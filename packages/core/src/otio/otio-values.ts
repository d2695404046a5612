/** Any node of an OpenTimelineIO file: `OTIO_SCHEMA` names its kind and version. */
export type OtioNode = { readonly OTIO_SCHEMA: string; readonly [key: string]: unknown };

/** A moment or a length: `value` counts units of 1/`rate` second. */
export type Rational = { readonly value: number; readonly rate: number };
/** Where something begins and how long it lasts, both at `rate`. */
export type Range = { readonly start: number; readonly duration: number; readonly rate: number };

export function rationalTime(value: number, rate: number): OtioNode {
  return { OTIO_SCHEMA: 'RationalTime.1', rate, value };
}

export function timeRange({ start, duration, rate }: Range): OtioNode {
  return { OTIO_SCHEMA: 'TimeRange.1', start_time: rationalTime(start, rate), duration: rationalTime(duration, rate) };
}

/** Kind and version of a node; null for what is none. */
export function kindOf(value: unknown): { readonly kind: string; readonly version: number } | null {
  const text = memberOf(value, 'OTIO_SCHEMA');
  const match = typeof text === 'string' ? /^([A-Za-z]{1,64})\.(\d{1,4})$/.exec(text) : null;
  return match === null ? null : { kind: match[1] as string, version: Number(match[2]) };
}

/** An own member of an object; undefined where there is none. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** A list member; empty where there is none. */
export function listOf(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(value, key);
  return Array.isArray(list) ? list : [];
}

/** A text member, cut to 1,000 characters; empty where there is none. */
export function textOf(value: unknown, key: string): string {
  const text = memberOf(value, key);
  return typeof text === 'string' ? text.slice(0, 1000) : '';
}

/** What we wrote about a node into its metadata. */
export function ownMetadata(value: unknown): unknown {
  return memberOf(memberOf(value, 'metadata'), 'filmwright');
}

/** A day at 192 kHz: more is no film. */
const mostUnits = 86_400 * 192_000;

/** A time that can be reckoned with; null for everything else (text, NaN, negative rates, beyond a day). */
export function rationalOf(value: unknown): Rational | null {
  if (kindOf(value)?.kind !== 'RationalTime') return null;
  const [count, rate] = [memberOf(value, 'value'), memberOf(value, 'rate')];
  if (typeof count !== 'number' || typeof rate !== 'number') return null;
  if (!Number.isFinite(count) || Math.abs(count) > mostUnits || !(rate > 0 && rate <= 192_000)) return null;
  return { value: count, rate };
}

/** A range with a length of zero or more, at the rate of its start; null for everything else. */
export function rangeOf(value: unknown): Range | null {
  if (kindOf(value)?.kind !== 'TimeRange') return null;
  const start = rationalOf(memberOf(value, 'start_time'));
  const duration = rationalOf(memberOf(value, 'duration'));
  if (start === null || duration === null || duration.value < 0) return null;
  return { start: start.value, duration: (duration.value * start.rate) / duration.rate, rate: start.rate };
}

/** Whole units of another rate. */
export function unitsAt({ value, rate }: Rational, wanted: number): number {
  return Math.round((value * wanted) / rate);
}
