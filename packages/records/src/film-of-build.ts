import { FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { addVersion, leadFilm, storable, type VersionText, versionText } from './film-versions.ts';
import type { NewBuild } from './records.ts';
import { uuidv7 } from './uuidv7.ts';

type Version = { readonly id: string; readonly film_id: string; readonly number: number | null };

/** The version that a build is made of: the stored one that it names, else the one with its document. */
export async function versionOfBuild(client: PoolClient, build: NewBuild): Promise<Version> {
  const version = await (build.film === undefined
    ? bareVersion(client, build)
    : namedVersion(client, { ...build.film, workspaceId: build.workspaceId }));
  // What was built stays in the list.
  const kept = 'update film_version set superseded_at = null where id = $1 and superseded_at is not null';
  await client.query({ name: 'keep-version', text: kept, values: [version.id] });
  return version;
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
async function bareVersion(client: PoolClient, build: NewBuild): Promise<Version> {
  const { workspaceId, title, purpose, of } = build;
  // One at a time per title, so that a new film is not begun twice.
  const lock = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';
  await client.query({ name: 'lock-title', text: lock, values: [`film ${workspaceId} ${title}`] });
  const text = versionText(build);
  if (of !== undefined) await wantFilm(client, { id: of, workspaceId });
  const version = (await knownVersion(client, { build, text })) ?? (await beginVersion(client, { build, text }));
  if (purpose !== 'make' || version.number !== null) return version;
  const { rows } = await client.query<{ version: number }>('select version from film where id = $1 for no key update', [version.film_id]);
  const number = (rows[0]?.version ?? 0) + 1;
  const { rowCount } = await client.query('update film_version set number = $2 where id = $1 and number is null', [version.id, number]);
  if (rowCount === 0) return version;
  await leadFilm(client, { id: version.film_id, version: number, title, aspect: build.aspect ?? '16:9', shots: build.shots ?? 0 });
  return { ...version, number };
}

async function wantFilm(client: PoolClient, { id, workspaceId }: Pick<NamedVersion, 'id' | 'workspaceId'>): Promise<void> {
  const { rowCount } = await client.query('select 1 from film where id = $1 and workspace_id = $2 for key share', [id, workspaceId]);
  if (rowCount === 0) throw new FilmwrightError('not-found', `There is no film ${id}. GET /v1/films lists them.`);
}

type BuildText = { readonly build: NewBuild; readonly text: VersionText };

/** What was only looked at in a film of another title, a part or a try of it, is no version of that film when it is made by itself. */
async function knownVersion(client: PoolClient, { build, text }: BuildText): Promise<Version | undefined> {
  const { workspaceId, title, purpose, of } = build;
  const { rows } = await client.query<Version>({
    name: 'known-version',
    text: `select v.id, v.film_id, v.number from film_version v join film f on f.id = v.film_id
     where v.workspace_id = $1 and v.digest = $2 and ($3::uuid is null or v.film_id = $3) and (v.number is not null or f.title = $4 or not $5)
     order by v.number is null, v.created_at desc limit 1`,
    values: [workspaceId, text.digest, of ?? null, storable(title), purpose === 'make'],
  });
  return rows[0];
}

async function beginVersion(client: PoolClient, { build, text }: BuildText): Promise<Version> {
  const { workspaceId, title, of } = build;
  if (of !== undefined) return { id: await addVersion(client, { workspaceId, filmId: of, number: null, text }), film_id: of, number: null };
  const titled = 'select id from film where workspace_id = $1 and title = $2 order by id limit 1';
  const { rows } = await client.query<{ id: string }>({ name: 'titled-film', text: titled, values: [workspaceId, title] });
  const filmId = rows[0]?.id ?? uuidv7();
  const begin = 'insert into film (id, workspace_id, title) values ($1, $2, $3)';
  if (rows[0] === undefined) await client.query({ name: 'begin-film', text: begin, values: [filmId, workspaceId, storable(title)] });
  return { id: await addVersion(client, { workspaceId, filmId, number: null, text }), film_id: filmId, number: null };
}
