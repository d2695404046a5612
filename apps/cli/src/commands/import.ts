import { readdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { FilmwrightError, type Issue } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { type ReadTimeline, readTimeline } from '@filmwright/core/otio/read-timeline';
import { parse, stringify } from 'yaml';
import { type OpenBundle, openBundle } from '../film/open-bundle.ts';
import { placeFiles } from '../film/place-files.ts';
import { writeWhole } from '../film/save-media.ts';
import { issueText } from '../show/show-problem.ts';

export type ImportOptions = {
  readonly file: string;
  readonly out: string | undefined;
  /** The bundle as it was exported, for timelines of editors that drop what others wrote into them. */
  readonly original: string | undefined;
  readonly json: boolean;
};

/** Writes the film of a timeline into a folder of its own: the document and the files that it names. */
export async function importFilm({ file, out, original, json }: ImportOptions): Promise<void> {
  const folder = resolve(out ?? basename(file).replace(/\.otioz?$/i, ''));
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : [error.message]));
  if (there.length > 0)
    throw new FilmwrightError(
      'request-invalid',
      `${folder} is not empty; a film is imported into a folder of its own. Give another one with --out.`,
    );
  const edited = await openBundle(file);
  try {
    const untouched = original === undefined ? null : await openBundle(original);
    try {
      const read = readTimeline(edited.text, untouched?.text);
      if (read.document === null) throw refused(file, read.issues);
      const film = await writeFilm({ read, folder, bundles: untouched === null ? [edited] : [edited, untouched], file });
      if (json) process.stdout.write(`${JSON.stringify({ film, changed: read.changed, issues: read.issues })}\n`);
      else process.stdout.write(`${summary({ film, read })}\n`);
    } finally {
      untouched?.close();
    }
  } finally {
    edited.close();
  }
}

type Write = { readonly read: ReadTimeline; readonly folder: string; readonly bundles: readonly OpenBundle[]; readonly file: string };

async function writeFilm({ read, folder, bundles, file }: Write): Promise<string> {
  const { document, places } = placeFiles(read.document, Object.keys(read.files));
  const named = new Map(readDocument(read.document).files.map((reference) => [reference.file, reference.path]));
  const missing: Issue[] = [];
  const present: { readonly to: string; readonly address: string; readonly bundle: OpenBundle }[] = [];
  for (const { from, to } of places) {
    const address = read.files[from] ?? from;
    const bundle = await holding(bundles, address);
    if (bundle !== undefined) present.push({ to, address, bundle });
    else if (named.has(from)) missing.push(missingFile({ address, path: named.get(from) ?? '' }));
  }
  if (missing.length > 0) throw refused(file, [...missing, ...read.issues]);
  try {
    for (const { to, address, bundle } of present) {
      const bytes = await bundle.open(address);
      if (bytes !== null) await writeWhole(join(folder, to), (handle) => handle.writeFile(bytes));
    }
    const text = stringify(document, { lineWidth: 120 });
    const same = isDeepStrictEqual(parse(text), document);
    const path = join(folder, same ? 'film.yaml' : 'film.json');
    await writeWhole(path, (handle) => handle.writeFile(same ? text : `${JSON.stringify(document, null, 2)}\n`));
    return path;
  } catch (error) {
    // The folder was empty before: what is left of a failed import would only keep the next one out.
    const tops = new Set(present.map(({ to }) => to.split('/')[0] ?? to));
    for (const top of tops) await rm(join(folder, top), { recursive: true, force: true });
    throw error;
  }
}

async function holding(bundles: readonly OpenBundle[], address: string): Promise<OpenBundle | undefined> {
  for (const bundle of bundles) {
    const bytes = await bundle.open(address);
    bytes?.destroy();
    if (bytes !== null) return bundle;
  }
  return undefined;
}

function missingFile({ address, path }: { readonly address: string; readonly path: string }): Issue {
  return {
    severity: 'error',
    code: 'media-missing',
    path,
    message: `The file ${JSON.stringify(address)}, which the film shows at ${path}, is not with the timeline.`,
    found: address,
    wanted: 'a file in the bundle, or beside the .otio file',
    next: 'Export a bundle (.otioz) from the editor, unpack the bundle and save the .otio file into it, or give the exported bundle as --original.',
  };
}

function refused(file: string, issues: readonly Issue[]): FilmwrightError {
  const errors = issues.filter((issue) => issue.severity === 'error');
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `${file} cannot be imported: ${errors.length} problems.`;
  const code = errors.every((issue) => issue.code === 'media-missing') ? 'media-missing' : 'document-invalid';
  return new FilmwrightError(code, detail, { issues });
}

function summary({ film, read: { changed, issues } }: { readonly film: string; readonly read: ReadTimeline }): string {
  const told = issues.length === 0 ? '' : ` ${issues.length} ${issues.length === 1 ? 'thing was' : 'things were'} not taken over:`;
  return [`${film}: ${changed ? 'with the changes of the timeline.' : 'as it was exported.'}${told}`, ...issues.map(issueText)].join('\n');
}
