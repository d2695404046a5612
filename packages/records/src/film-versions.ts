import { createHash } from 'node:crypto';
import type { FilmChange } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { type Prepared, sendAll } from './database.ts';
import type { FilmContent } from './film-store.ts';
import { uuidv7 } from './uuidv7.ts';

/** A document and its files as they are stored: `digest` tells equal ones. */
export type VersionText = {
  readonly document: string;
  readonly files: string;
  readonly digest: string;
  readonly assets: readonly string[];
};

/** The text of a document. Type json keeps it as it is, also escaped characters that type text cannot hold (U+0000, lone surrogates). */
export function versionText({ document, files }: Pick<FilmContent, 'document' | 'files'>): VersionText {
  const stored = JSON.stringify(document) ?? 'null';
  const filesText = JSON.stringify(files);
  const digest = createHash('sha256').update(`${stored}\n${filesText}`).digest('hex');
  return { document: stored, files: filesText, digest, assets: [...new Set(Object.values(files))] };
}

/** A text as PostgreSQL takes it: its type text holds every character but U+0000. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '');
}

export type NewVersion = {
  readonly workspaceId: string;
  readonly filmId: string;
  /** Null for a version that was only looked at. */
  readonly number: number | null;
  readonly text: VersionText;
  readonly session?: string | null;
  readonly note?: string | null;
  readonly restored?: number | null;
  readonly changes?: readonly FilmChange[];
  /** When the first of the saves that became this version was made; now when left out. */
  readonly begunAt?: Date;
};

/** Adds a version; the caller holds the film's row. */
export async function addVersion(client: PoolClient, version: NewVersion): Promise<void> {
  await sendAll(client, [addingVersion(version).adding]);
}

/** The statement that adds a version, and its id. */
export function addingVersion(version: NewVersion): { readonly id: string; readonly adding: Prepared } {
  const { workspaceId, filmId, number, text, session = null, note = null, restored = null, changes = [], begunAt = null } = version;
  const id = uuidv7();
  const adding = {
    name: 'add-version',
    text: `insert into film_version (id, workspace_id, film_id, digest, document, files, assets, number, session, note, restored, changes, begun_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce($13, now()))`,
    values: [
      ...[id, workspaceId, filmId, text.digest, text.document, text.files, text.assets, number],
      ...[session === null ? null : storable(session), note === null ? null : storable(note), restored, storedChanges(changes), begunAt],
    ],
  };
  return { id, adding };
}

/** Makes a version the newest of its film. */
export async function leadFilm(
  client: PoolClient,
  film: Pick<FilmContent, 'title' | 'aspect' | 'shots'> & { readonly id: string; readonly version: number },
): Promise<void> {
  await client.query('update film set version = $2, title = $3, aspect = $4, shots = $5, changed_at = now() where id = $1', [
    film.id,
    film.version,
    storable(film.title),
    storable(film.aspect),
    film.shots,
  ]);
}

const mostChanges = 200;

/** A whole new storyboard would be told in thousands of lines: nobody reads those. */
function storedChanges(changes: readonly FilmChange[]): string {
  if (changes.length <= mostChanges) return JSON.stringify(changes);
  const rest: FilmChange = { kind: 'changed', path: '', message: `and ${changes.length - mostChanges + 1} more changes` };
  return JSON.stringify([...changes.slice(0, mostChanges - 1), rest]);
}
