import { FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { type Prepared, sendAll } from './database.ts';
import { addingVersion, leadFilm, storable, type VersionText, versionText } from './film-versions.ts';
import type { NewBuild } from './records.ts';
import { uuidv7 } from './uuidv7.ts';

type Version = { readonly id: string; readonly film_id: string; readonly number: number | null };
/** A version, and the statements that store it, which go with what is written next. */
type Stored = { readonly version: Version; readonly storing: readonly Prepared[] };

/** The version that a build is made of: the stored one that it names, else the one with its document; with what is still to be written of it. */
export async function versionOfBuild(client: PoolClient, build: NewBuild): Promise<Stored> {
  if (build.film === undefined) return bareVersion(client, build);
  return kept(await namedVersion(client, { ...build.film, workspaceId: build.workspaceId }));
}

/** What was built stays in the list. */
function kept(version: Version): Stored {
  const text = 'update film_version set superseded_at = null where id = $1 and superseded_at is not null';
  return { version, storing: [{ name: 'keep-version', text, values: [version.id] }] };
}

type NamedVersion = NonNullable<NewBuild['film']> & Pick<NewBuild, 'workspaceId'>;

async function namedVersion(client: PoolClient, { id, version, workspaceId }: NamedVersion): Promise<Version> {
  const { rows } = await client.query<Version>(
    'select id, film_id, number from film_version where workspace_id = $1 and film_id = $2 and number = $3 for key share',
    [workspaceId, id, version],
  );
  if (rows[0] !== undefined) return rows[0];
  throw new FilmwrightError('not-found', `There is no version ${version} of the film ${id}. GET /v1/films/${id}/versions lists them.`);
}

/**
 * The version with this document; a new one is a version of the film that it is said to be of, or of the workspace's film of that title, or begins a film. It has a number, and its film is
 * listed, only once something is made of it: looking at a document saves nothing.
 */
async function bareVersion(client: PoolClient, build: NewBuild): Promise<Stored> {
  const { title, purpose } = build;
  const found = await findVersion(client, { build, text: versionText(build) });
  if (purpose !== 'make' || found.version.number !== null) return found;
  await sendAll(client, found.storing);
  const { version } = found;
  const { rows } = await client.query<{ version: number }>('select version from film where id = $1 for no key update', [version.film_id]);
  const number = (rows[0]?.version ?? 0) + 1;
  const { rowCount } = await client.query('update film_version set number = $2 where id = $1 and number is null', [version.id, number]);
  if (rowCount === 0) return { version, storing: [] };
  await leadFilm(client, { id: version.film_id, version: number, title, aspect: build.aspect ?? '16:9', shots: build.shots ?? 0 });
  return { version: { ...version, number }, storing: [] };
}

async function wantFilm(client: PoolClient, { id, workspaceId }: Pick<NamedVersion, 'id' | 'workspaceId'>): Promise<void> {
  const { rowCount } = await client.query('select 1 from film where id = $1 and workspace_id = $2 for key share', [id, workspaceId]);
  if (rowCount === 0) throw new FilmwrightError('not-found', `There is no film ${id}. GET /v1/films lists them.`);
}

/** What was only looked at in a film of another title, a part or a try of it, is no version of that film when it is made by itself. */
const known = `
  select v.id, v.film_id, v.number from film_version v join film f on f.id = v.film_id
  where v.workspace_id = $1 and v.digest = $2 and ($3::uuid is null or v.film_id = $3) and (v.number is not null or f.title = $4 or not $5)
  order by v.number is null, v.created_at desc limit 1`;

type BuildText = { readonly build: NewBuild; readonly text: VersionText };

async function findVersion(client: PoolClient, { build, text }: BuildText): Promise<Stored> {
  const { workspaceId, title, purpose, of } = build;
  if (of !== undefined) await wantFilm(client, { id: of, workspaceId });
  const titled = 'select id from film where workspace_id = $1 and title = $2 order by id limit 1';
  const [, versions, films] = await sendAll(client, [
    // One at a time per title, so that a new film is not begun twice.
    { name: 'lock-title', text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`film ${workspaceId} ${title}`] },
    { name: 'known-version', text: known, values: [workspaceId, text.digest, of ?? null, storable(title), purpose === 'make'] },
    { name: 'titled-film', text: titled, values: [workspaceId, title] },
  ]);
  const version = versions?.[0] as Version | undefined;
  if (version !== undefined) return kept(version);
  const knownFilm = of ?? (films?.[0] as { readonly id: string } | undefined)?.id;
  const filmId = knownFilm ?? uuidv7();
  const begin = 'insert into film (id, workspace_id, title) values ($1, $2, $3)';
  const beginning = knownFilm === undefined ? [{ name: 'begin-film', text: begin, values: [filmId, workspaceId, storable(title)] }] : [];
  const { id, adding } = addingVersion({ workspaceId, filmId, number: null, text });
  return { version: { id, film_id: filmId, number: null }, storing: [...beginning, adding] };
}
