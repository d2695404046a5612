import { basename, extname, join, resolve } from 'node:path';
import type { Client } from '@filmwright/client';
import { type Build, type BuildResult, type FilmPurpose, FilmwrightError, fromProblem } from '@filmwright/contracts';
import { uploadFiles } from '../film/upload-files.ts';
import { type ReadShapes, readShapes, type ShapesBatch } from '../rows/read-shapes.ts';
import type { ProgressDisplay } from '../show/progress-display.ts';
import { onInterrupt } from './on-interrupt.ts';
import type { Pressing } from './read-pressing.ts';

/** A film document that was read, with the files it names, the shape it is in, and of a dub its language and what to tell of its script. */
export type Film = Pick<ShapesBatch['rows'][number], 'document' | 'files' | 'shape'> & Pick<ShapesBatch, 'language' | 'notes'>;

/** Reads a document in each of its shapes and checks all that can be known without starting anything. */
export async function readFilms(options: ReadShapes): Promise<readonly Film[]> {
  const { rows, language, notes } = await readShapes(options);
  return rows.map(({ document, files, shape }) => ({ document, files, shape, language, notes }));
}

/** The film of a document in one shape: the one named, else its own. */
export async function readFilm(options: ReadShapes): Promise<Film> {
  const [film] = await readFilms(options);
  if (film === undefined) throw new RangeError(`${options.file} has no shape`);
  return film;
}

export type BuildFilm = {
  readonly client: Client;
  readonly home: string;
  readonly film: Film;
  readonly purpose: FilmPurpose;
  readonly atMs?: number;
  readonly display: ProgressDisplay;
  readonly pressing?: Pressing;
};
export type FinishedBuild = { readonly build: Build; readonly result: BuildResult };

/** Uploads what is new, starts a build and follows it to its end; throws its problem if it fails. Ctrl-C cancels the build. */
export async function buildFilm({ client, home, film, purpose, atMs, display, pressing = {} }: BuildFilm): Promise<FinishedBuild> {
  const files = await uploadFiles(film.files, { client, home });
  const started = await client.createBuild({
    document: film.document,
    files,
    purpose,
    ...pressing,
    ...(atMs === undefined ? {} : { atMs }),
  });
  const release = onInterrupt(() => void client.cancelBuild(started.id).catch(() => {}));
  let last = started;
  try {
    for await (const build of client.followBuild({ id: started.id, giveUpMs: 120_000 })) {
      last = build;
      display.show(build);
    }
  } finally {
    release();
    display.end();
  }
  if (last.state === 'succeeded' && last.result !== null) return { build: last, result: last.result };
  throw last.problem === null
    ? new FilmwrightError(last.state === 'cancelled' ? 'build-cancelled' : 'internal', `The build ended as ${last.state}.`)
    : fromProblem(last.problem);
}

/** Folder for a document's outputs: as asked, else `out/<name of the document>` beside where the command runs; a dub has its language behind the name. */
export function outputFolder(
  documentPath: string,
  { out, language = null }: { readonly out: string | undefined; readonly language?: string | null },
): string {
  const name = basename(documentPath, extname(documentPath));
  return resolve(out ?? join('out', language === null ? name : `${name}-${language}`));
}
