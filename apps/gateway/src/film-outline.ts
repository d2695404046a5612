import { FilmwrightError, type Issue } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { invalidRequest } from './check-input.ts';
import type { GatewayParts } from './gateway-parts.ts';

/** What can be told of a document without making anything of it; `issues` are those of `check` that need no media opened. */
export type FilmOutline = { readonly title: string; readonly aspect: string; readonly shots: number; readonly issues: readonly Issue[] };

/** A stored film is saved again and again as a whole while somebody types. */
const mostBytes = 16 * 1024 ** 2;
/** Far deeper than any film; what recurses over a document must not run out of stack. */
const mostLevels = 64;
const longestTitle = 200;

/** Reads a document as far as it can be read; nothing is thrown for faults. */
export function outlineOf(document: unknown): FilmOutline {
  const { film, issues } = readDocument(document);
  if (film !== null) return { title: titleOf(film.title), aspect: film.format.aspect, shots: film.storyboard.length, issues };
  const { title, format, storyboard } = membersOf(document);
  const { aspect } = membersOf(format);
  return {
    title: titleOf(title),
    aspect: typeof aspect === 'string' && /^\d{1,2}:\d{1,2}$/.test(aspect) ? aspect : '16:9',
    shots: Array.isArray(storyboard) ? storyboard.length : 0,
    issues,
  };
}

/** Throws what is wrong with a document as a thing to be stored: nothing there, too large, too deep. Faults of the film are no reason. */
export function checkStorable(document: unknown): void {
  if (document === undefined)
    throw invalidRequest([{ severity: 'error', code: 'invalid', path: 'document', message: 'wanted the film document, found none' }]);
  if (levelsOf(document) > mostLevels)
    throw invalidRequest([
      {
        severity: 'error',
        code: 'too-deep',
        path: 'document',
        message: `wanted lists and keys within each other to at most ${mostLevels} levels`,
      },
    ]);
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes > mostBytes) throw tooLarge({ what: 'The film document', bytes, mostBytes });
}

/** The refusal of something that is larger than what is taken. */
export function tooLarge({ what, bytes, mostBytes: most }: { readonly what: string; readonly bytes: number; readonly mostBytes: number }) {
  const issue: Issue = {
    severity: 'error',
    code: 'too-large',
    path: 'document',
    message: `${what} has ${bytes} bytes; at most ${most} are taken.`,
    found: `${bytes} bytes`,
    wanted: `at most ${most} bytes`,
    next: 'Cut the film into several, or keep long texts and pictures in files of their own.',
  };
  return new FilmwrightError('document-too-large', `${issue.message} ${issue.next}`, { issues: [issue] });
}

/** A missing file for each place of the document that names one which is not among the files, or whose asset is gone. */
export async function missingFiles(
  {
    workspaceId,
    document,
    files,
  }: { readonly workspaceId: string; readonly document: unknown; readonly files: Readonly<Record<string, string>> },
  { records }: Pick<GatewayParts, 'records'>,
): Promise<readonly Issue[]> {
  const named = readDocument(document).files;
  const there = await records.hasAssets([...new Set(Object.values(files))], workspaceId);
  return named.flatMap(({ file, path }): readonly Issue[] => {
    const digest = Object.hasOwn(files, file) ? files[file] : undefined;
    if (digest !== undefined && there.has(digest)) return [];
    const message = `${path} names ${JSON.stringify(file)}, which is not there.`;
    return [
      { severity: 'error', code: 'media-missing', path, message, found: file, wanted: 'a file that was uploaded', next: 'Upload it.' },
    ];
  });
}

function levelsOf(document: unknown): number {
  let level: readonly unknown[] = [document];
  for (let levels = 0; ; levels++) {
    const next: unknown[] = [];
    for (const value of level)
      if (typeof value === 'object' && value !== null)
        for (const inner of Object.values(value)) if (typeof inner === 'object') next.push(inner);
    if (next.length === 0 || levels > mostLevels) return levels;
    level = next;
  }
}

function titleOf(title: unknown): string {
  const text = typeof title === 'string' ? title.replace(/\p{Cs}/gu, '\ufffd') : '';
  return [...text.replace(/[\s\p{Cc}]+/gu, ' ').trim()].slice(0, longestTitle).join('') || 'Untitled';
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
