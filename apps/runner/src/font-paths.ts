import { FilmwrightError, type FontStack } from '@filmwright/contracts';

/** Local paths of all fonts named anywhere in a payload, looked up before painting starts. */
export async function fontPaths(payload: unknown, pathOf: (digest: string) => Promise<string>): Promise<(digest: string) => string> {
  const paths = new Map<string, string>();
  for (const stack of stacksIn(payload)) {
    for (const digest of [...stack.regular, ...stack.bold]) if (!paths.has(digest)) paths.set(digest, await pathOf(digest));
  }
  return (digest) => {
    const path = paths.get(digest);
    if (path === undefined) throw new FilmwrightError('internal', `font ${digest} is not among the fonts of its task`);
    return path;
  };
}

function stacksIn(value: unknown): readonly FontStack[] {
  if (Array.isArray(value)) return value.flatMap(stacksIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => (key === 'fonts' ? [child as FontStack] : stacksIn(child)));
}
