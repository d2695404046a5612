/** A way into a document: keys of objects and indexes of lists. */
export type DocumentPath = readonly (string | number)[];

/** The parts of `storyboard[3].visual.picture` or `storyboard.3.visual.picture`; numbers are indexes where a list stands. */
export function pathParts(text: string): DocumentPath {
  return [...text.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (/^\d+$/.test(key ?? '') ? Number(key) : (key ?? '').trim()) : Number(index),
  );
}

/** A path as the messages about documents write it: `storyboard[3].visual.picture`. */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

/** Whether `path` is `root` or leads into it. */
export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`);
}

/** A document with one value replaced; all that is not on the way to it is shared with the one before. */
export function withValue({
  document,
  path,
  value,
}: {
  readonly document: unknown;
  readonly path: DocumentPath;
  readonly value: unknown;
}): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const inner = (document as Record<string | number, unknown> | undefined)?.[part];
  const changed = withValue({ document: typeof inner === 'object' && inner !== null ? inner : undefined, path: rest, value });
  if (Array.isArray(document) || (document === undefined && typeof part === 'number')) {
    const list: unknown[] = Array.isArray(document) ? [...(document as readonly unknown[])] : [];
    list[Number(part)] = changed;
    return list;
  }
  return { ...(document as object | undefined), [part]: changed };
}
