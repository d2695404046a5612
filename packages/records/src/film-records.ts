import type { FilmChange, FilmRecord } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { releaseTasks } from './build-records.ts';
import { type BuildRow, buildOf } from './build-rows.ts';
import type { Database } from './database.ts';
import type { FilmSaving, FilmStore, OwnId, SaveOutcome, StoredFilm } from './film-store.ts';
import { addVersion, leadFilm, storable, versionText } from './film-versions.ts';
import { notify } from './notify.ts';
import { uuidv7 } from './uuidv7.ts';
import { lockWants } from './wanted.ts';

type FilmRow = { id: string; title: string; version: number; aspect: string; shots: number; created_at: Date; changed_at: Date };
type VersionRow = {
  number: number;
  digest: string;
  session: string | null;
  note: string | null;
  restored: number | null;
  changes: readonly FilmChange[];
  created_at: Date;
  begun_at: Date;
};
/** The version that a save meets; `open` while later saves of the same tab may stand for it. */
type MetRow = VersionRow & { readonly id: string; readonly open: boolean };

/** A tab's saves become one version for so long. */
const together = `interval '2 minutes'`;
/** What a later save stands for can be read, and built, for so long still. */
const lingering = `interval '2 minutes'`;

/** Films and their versions (SPEC.md, V). */
export function filmRecords({ rows, transaction }: Database): FilmStore {
  return {
    createFilm(film) {
      // The id is drawn first, so that a commit whose answer was lost is not made twice.
      const id = film.id ?? uuidv7();
      return transaction(async (client) => {
        const { workspaceId, title, aspect, shots, note, session } = film;
        const { rowCount } = await client.query(
          'insert into film (id, workspace_id, title, version, aspect, shots) values ($1, $2, $3, 1, $4, $5) on conflict (id) do nothing',
          [id, workspaceId, storable(title), storable(aspect), shots],
        );
        if (rowCount === 1) await addVersion(client, { workspaceId, filmId: id, number: 1, text: versionText(film), note, session });
        const { rows: made } = await client.query<FilmRow>('select * from film where id = $1', [id]);
        return storedOf(found(made[0]), film);
      });
    },
    saveFilm: (saving) => transaction((client) => save(client, saving)),
    async filmVersion({ workspaceId, id, version }) {
      const [row] = await rows<FilmRow & { number: number; document: unknown; files: Readonly<Record<string, string>> }>(
        `select f.*, v.number, v.document, v.files from film f join film_version v on v.film_id = f.id and v.number = coalesce($3, f.version)
         where f.id = $1 and f.workspace_id = $2 and f.version > 0`,
        [id, workspaceId, version ?? null],
      );
      return row === undefined ? null : { ...storedOf(row, row), version: row.number };
    },
    async filmState({ workspaceId, id }) {
      const [row] = await rows<{ number: number; session: string | null; created_at: Date }>(
        `select v.number, v.session, v.created_at from film f join film_version v on v.film_id = f.id and v.number = f.version
         where f.id = $1 and f.workspace_id = $2`,
        [id, workspaceId],
      );
      return row === undefined ? null : { version: row.number, session: row.session, savedAt: row.created_at.toISOString() };
    },
    async listFilms({ workspaceId, limit, before }) {
      const found = await rows<FilmRow>(
        `select * from film where workspace_id = $1 and version > 0
         and ($2::uuid is null or (changed_at, id) < (select changed_at, id from film where workspace_id = $1 and id = $2)) order by changed_at desc, id desc limit $3`,
        [workspaceId, before ?? null, limit],
      );
      return found.map(recordOf);
    },
    async listFilmVersions({ workspaceId, id, limit, before }) {
      const found = await rows<VersionRow>(
        `select number, note, restored, changes, created_at from film_version
         where workspace_id = $1 and film_id = $2 and number is not null and superseded_at is null and ($3::int is null or number < $3)
         order by number desc limit $4`,
        [workspaceId, id, before ?? null, limit],
      );
      return found.map(({ number, created_at, note, restored, changes }) => ({
        version: number,
        savedAt: created_at.toISOString(),
        note,
        restored,
        changes,
      }));
    },
    async listFilmBuilds({ workspaceId, id, limit, before }) {
      const found = await rows<BuildRow>(
        'select * from build where workspace_id = $1 and film_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4',
        [workspaceId, id, before ?? null, limit],
      );
      return found.map(buildOf);
    },
    removeFilm: (film) => transaction((client, tries) => remove(client, { ...film, tries })),
  };
}

async function save(client: PoolClient, saving: FilmSaving): Promise<SaveOutcome | null> {
  const { workspaceId, id, from, note, session, restored } = saving;
  const { rows: films } = await client.query<FilmRow>(
    'select * from film where id = $1 and workspace_id = $2 and version > 0 for no key update',
    [id, workspaceId],
  );
  const film = films[0];
  if (film === undefined) return null;
  const newest = found((await client.query<MetRow>(metVersion, [id, film.version])).rows[0]);
  const text = versionText(saving);
  // Also what is left to do of a save whose answer was lost.
  if (newest.digest === text.digest && (note === null || note === newest.note || (newest.note === null && from === newest.number))) {
    if (note !== null) await client.query('update film_version set note = $2 where id = $1', [newest.id, storable(note)]);
    return { film: storedOf(film, saving) };
  }
  if (from !== newest.number)
    return { conflict: { version: newest.number, savedAt: newest.created_at.toISOString(), session: newest.session } };
  const number = newest.number + 1;
  const joins = restored === null && session !== null && newest.open && newest.session === storable(session);
  const changes = saving.changesSince(await documentBefore(client, { filmId: id, number: joins ? newest.number : number }));
  const begunAt = joins ? { begunAt: newest.begun_at } : {};
  await addVersion(client, { workspaceId, filmId: id, number, text, session, note, restored, changes, ...begunAt });
  if (joins) await client.query('update film_version set superseded_at = now() where id = $1', [newest.id]);
  await client.query(`delete from film_version v where film_id = $1 and superseded_at < now() - ${lingering} and ${isUnbuilt}`, [id]);
  await leadFilm(client, { ...saving, version: number });
  await notify(client, { type: 'film', id });
  const { rows: after } = await client.query<FilmRow>('select * from film where id = $1', [id]);
  return { film: storedOf(found(after[0]), saving) };
}

const isUnbuilt = 'not exists (select from build b where b.film_version_id = v.id)';
/** The first version stays as it was made. */
const metVersion = `select v.*, (v.number > 1 and v.note is null and v.restored is null and v.begun_at > now() - ${together} and ${isUnbuilt}) as open
  from film_version v where v.film_id = $1 and v.number = $2`;

/** The document of the last listed version below a number. */
async function documentBefore(
  client: PoolClient,
  { filmId, number }: { readonly filmId: string; readonly number: number },
): Promise<unknown> {
  const { rows } = await client.query<{ document: unknown }>(
    'select document from film_version where film_id = $1 and number < $2 and superseded_at is null order by number desc limit 1',
    [filmId, number],
  );
  return rows[0]?.document;
}

async function remove(client: PoolClient, { workspaceId, id, tries }: OwnId & { readonly tries: number }): Promise<boolean> {
  await lockWants(client, workspaceId);
  const { rowCount } = await client.query('select from film where id = $1 and workspace_id = $2 for update', [id, workspaceId]);
  // Tried again since the answer to the commit was lost, it is gone already.
  if (rowCount === 0) return tries > 0;
  const { rows: ended } = await client.query<{ id: string }>(
    `update build set state = 'cancelled', ended_at = now() where film_id = $1 and ended_at is null returning id`,
    [id],
  );
  for (const build of ended) await releaseTasks(client, build.id);
  await client.query(
    `with own as (select distinct bt.workspace_id, bt.key from build_task bt join build b on b.id = bt.build_id where b.film_id = $1 and bt.key is not null),
     gone as (
       delete from task t using own o where t.workspace_id = o.workspace_id and t.key = o.key and not exists (
         select from build_task bt join build b on b.id = bt.build_id where bt.workspace_id = o.workspace_id and bt.key = o.key and b.film_id <> $1)
       returning t.workspace_id, t.key, t.fence
     ), untried as (
       delete from attempt a using gone g where a.fence = g.fence and a.workspace_id = g.workspace_id and a.key = g.key
     )
     delete from task_asset ta using gone g where ta.workspace_id = g.workspace_id and ta.key = g.key`,
    [id],
  );
  await client.query('delete from build_task bt using build b where b.film_id = $1 and bt.build_id = b.id', [id]);
  const { rows: builds } = await client.query<{ id: string }>('select id from build where film_id = $1', [id]);
  await client.query('delete from film where id = $1', [id]);
  for (const build of builds) await notify(client, { type: 'build', id: build.id });
  await notify(client, { type: 'film', id });
  return true;
}

function storedOf(row: FilmRow, { document, files }: Pick<StoredFilm, 'document' | 'files'>): StoredFilm {
  return {
    id: row.id,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    document,
    files,
  };
}

function recordOf({ id, title, version, aspect, shots, created_at, changed_at }: FilmRow): FilmRecord {
  return { id, title, version, aspect, shots, createdAt: created_at.toISOString(), changedAt: changed_at.toISOString() };
}

function found<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('a row that was just written is not there');
  return row;
}
