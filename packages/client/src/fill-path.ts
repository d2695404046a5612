/** Names of the `:name` parts of a route path. */
export type PathNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathNames<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** Values for the `:name` parts of a route path; `unknown`-free, so a forgotten one is a type error. */
export type PathValues<Path extends string> = { readonly [Name in PathNames<Path>]: string };

/** Puts values into a route path, each percent-encoded, so that no value can climb out of its part. */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === '' || value === '.' || value === '..')
      throw new TypeError(`${path}: wanted a value for :${name}, found ${JSON.stringify(value)}`);
    return encodeURIComponent(value);
  });
}
