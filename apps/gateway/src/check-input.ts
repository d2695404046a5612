import { digestSchema, FilmwrightError, type Issue } from '@filmwright/contracts';

/** The part of a schema that checking needs. */
type Schema<Output> = {
  safeParse(value: unknown): { success: true; data: Output } | { success: false; error: { issues: readonly SchemaIssue[] } };
};
type SchemaIssue = { readonly code?: string | undefined; readonly path: readonly PropertyKey[]; readonly message: string };

/** Checks a request against its schema; throws `request-invalid` with every problem at once, each with its path. */
export function checkInput<Output>(schema: Schema<Output>, value: unknown): Output {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issues = checked.error.issues.map((issue): Issue => {
    const path = formatPath(issue.path);
    return { severity: 'error', code: issue.code ?? 'invalid', path, message: issue.message, found: shorten(valueAt(value, issue.path)) };
  });
  throw invalidRequest(issues);
}

/** The error of a request with these things wrong. */
export function invalidRequest(issues: readonly Issue[]): FilmwrightError {
  const list = issues.map(
    (issue) => `${issue.path || 'the body'}: ${issue.message}${issue.found === undefined ? '' : ` (found ${issue.found})`}`,
  );
  return new FilmwrightError('request-invalid', `The request is not valid. ${list.join('; ')}.`, { issues });
}

/** A path as people write it: `storyboard[3].visual.picture`; keys that are no plain words stand in quotes. */
function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part);
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** A digest from a path; throws `request-invalid` for anything else, so that no path can be made of it. */
export function checkDigest(value: string): string {
  if (digestSchema.safeParse(value).success) return value;
  throw invalidRequest([
    { severity: 'error', code: 'invalid', path: 'digest', message: 'wanted sha256- and 64 lower-case hex digits', found: shorten(value) },
  ]);
}

/** An id from a path; throws `not-found` for what cannot be one. */
export function checkId(options: { readonly id: string; readonly what: string }): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(options.id)) return options.id.toLowerCase();
  throw new FilmwrightError('not-found', `There is no ${options.what} ${shorten(options.id)}: its id is a UUID.`);
}

/** A whole number from a query, or `fallback` when it is left out; throws `request-invalid` outside `min`..`max`. */
export function checkNumber(
  value: unknown,
  range: { readonly name: string; readonly fallback: number; readonly min: number; readonly max: number },
): number {
  if (value === undefined || value === '') return range.fallback;
  const number = Number(value);
  if (typeof value === 'string' && Number.isInteger(number) && number >= range.min && number <= range.max) return number;
  throw invalidRequest([
    {
      severity: 'error',
      code: 'invalid',
      path: range.name,
      message: `wanted one whole number from ${range.min} to ${range.max}`,
      found: shorten(value),
    },
  ]);
}

/** The version that a save was made from, of its `If-Match: "7"`; throws `version-wanted` where that is missing, `request-invalid` where it is something else. */
export function checkVersion(header: string | undefined): number {
  if (header === undefined || header.trim() === '')
    throw new FilmwrightError(
      'version-wanted',
      'Saving wants the version it was made from, as a header such as If-Match: "7". Read it first; the answer tells its version.',
    );
  const match = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header);
  if (match) return Number(match[1]);
  throw invalidRequest([
    { severity: 'error', code: 'invalid', path: 'If-Match', message: 'wanted a version such as "7"', found: shorten(header) },
  ]);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined), value);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
