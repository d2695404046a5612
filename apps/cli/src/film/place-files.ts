import { posix } from 'node:path';
import { readDocument } from '@filmwright/core/film/read-document';
import { pathParts, withValue } from '../rows/document-path.ts';

/** A document whose files lie below its own folder, and where each goes: `from` as the document named it before, `to` relative to the folder. */
export type PlacedFiles = { readonly document: unknown; readonly places: readonly { readonly from: string; readonly to: string }[] };

/** Names of files as a document in a folder of its own can have them: relative ones stay, others go below `media/`. The last part of a name stays, since it is part of what a file was taken in as. */
export function placeFiles(document: unknown, names: readonly string[]): PlacedFiles {
  const kept = new Set(names.filter(isInside).map(posix.normalize));
  const outside = names.filter((name) => !isInside(name));
  const shared = sharedLength(outside);
  const places = new Map<string, string>();
  for (const name of names) {
    if (isInside(name)) {
      places.set(name, posix.normalize(name));
      continue;
    }
    const wanted = plain(name.slice(shared));
    let to = `media/${wanted}`;
    for (let number = 2; kept.has(to); number++) to = `media/${number}/${wanted}`;
    kept.add(to);
    places.set(name, to);
  }
  let changed = document;
  for (const { file, path } of readDocument(document).files) {
    const to = places.get(file);
    if (to !== undefined && to !== file) changed = withValue({ document: changed, path: pathParts(path), value: to });
  }
  return { document: changed, places: [...places].map(([from, to]) => ({ from, to })) };
}

/** Whether a name leads to a file below the folder on every system, and not to the document itself. */
function isInside(name: string): boolean {
  if (/[\p{C}\\:*?"<>|]/u.test(name) || posix.isAbsolute(name)) return false;
  const path = posix.normalize(name);
  return !/^film\.(yaml|json)(\/|$)/i.test(path) && path.split('/').every((part) => part !== '..' && part !== '' && part.length <= 200);
}

/** How many characters the folder takes that all names have in common, with its slash. */
function sharedLength(names: readonly string[]): number {
  const [first = ''] = names;
  let length = 0;
  for (let at = 0; at < first.length; at++) {
    if (!names.every((name) => name[at] === first[at])) break;
    if (first[at] === '/' || first[at] === '\\') length = at + 1;
  }
  return length;
}

function plain(name: string): string {
  const parts = name.split(/[/\\]/).map((part) => part.replace(/[\p{C}:*?"<>|]+/gu, '-').slice(-200));
  return parts.filter((part) => part !== '' && part !== '.' && part !== '..').join('/') || 'file';
}
