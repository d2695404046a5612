import type { PoolClient } from 'pg';
import { type Database, sendAll } from './database.ts';
import type { BuildStanding, LineChange, ScheduleStore } from './schedule-store.ts';
import { standingTexts } from './standing-text.ts';
import { leads, superseded } from './wanted.ts';

const leave = 'delete from standing where not (build_id = any($1))';
const save = `
  insert into standing (build_id, workspace_id, body, lines)
  select (s->>'buildId')::uuid, (s->>'workspaceId')::uuid, s->'tasks', s->'lines' from json_array_elements($1::json) s
  on conflict (build_id) do update set body = excluded.body, lines = excluded.lines, at = now()`;
/** Lines of a JSON document, written where there is one row at least of those that are asked for. */
const lines = (document: string, where: string): string => `
  insert into standing_line (line, gone, came, first)
  select (l->>'line')::int, (l->>'gone')::float8[], (l->>'came')::float8[], l->>'first' from json_array_elements(${document}::json) l ${where}
  on conflict (line) do update set gone = excluded.gone, came = excluded.came, first = excluded.first`;
/** Who brings up others waits at this row until these are there. */
const begin = `
  insert into standing_lineup (id) values ($1) on conflict (one) do update set id = excluded.id, at = excluded.at`;
const forget = `
  with lines as (delete from standing_line), came as (delete from standing_came) delete from standing_lineup where $1::uuid is null`;
const bringUp = `
  with lineup as materialized (select from standing_lineup where id = $1 for share),
    moved as (${lines('$2', 'where exists (select from lineup)')}),
    gone as (delete from standing_came where build_id = any($3) and exists (select from lineup))
  insert into standing_came (build_id, workspace_id, body)
  select (s->>'buildId')::uuid, (s->>'workspaceId')::uuid, s->'tasks' from json_array_elements($4::json) s where exists (select from lineup)
  on conflict (build_id) do update set body = excluded.body`;

/** Throws `lease-stale` where another leads; nobody draws a later epoch until the transaction ends. */
async function holdLead(client: PoolClient, epoch: number): Promise<void> {
  const [found] = await sendAll(client, [{ name: 'hold-lead', text: `with ${leads('$1')} select from lead`, values: [epoch] }]);
  if (found?.length === 0) throw superseded();
}

/** An array as the database reads it. */
const lineText = (changes: readonly LineChange[]): string =>
  JSON.stringify(changes.map(({ line, gone, came, first }) => ({ line, gone: `{${gone.join(',')}}`, came: `{${came.join(',')}}`, first })));

/** Where waiting tasks stand, as whoever leads writes it (SPEC.md, Q). */
export function standingRecords({ prepared, transaction }: Database): Pick<ScheduleStore, 'saveStandings' | 'bringUpStandings'> {
  return {
    async saveStandings(standings, lined) {
      const builds = standings.map(({ buildId }) => buildId);
      await transaction(async (client) => {
        if (lined !== undefined) await holdLead(client, lined.epoch);
        await client.query({ name: 'leave-standings', text: leave, values: [builds] });
        // Whole documents: in an array each of their quotes would be marked.
        for await (const text of standingTexts(standings)) await client.query({ name: 'save-standings', text: save, values: [text] });
        if (lined !== undefined) await client.query({ name: 'begin-lineup', text: begin, values: [lined.id] });
        await client.query({ name: 'forget-lineup', text: forget, values: [lined?.id ?? null] });
        if (lined !== undefined && lined.lines.length > 0)
          await client.query({ name: 'save-lines', text: lines('$1', ''), values: [lineText(lined.lines)] });
      });
    },
    async bringUpStandings({ id, lines: changed, builds }) {
      const of = (isThere: boolean): BuildStanding[] => builds.filter(({ tasks }) => tasks.length > 0 === isThere);
      await prepared({
        name: 'bring-up-standings',
        text: bringUp,
        values: [
          id,
          lineText(changed),
          of(false).map(({ buildId }) => buildId),
          JSON.stringify(of(true).map((build) => ({ ...build, tasks: build.tasks.slice() }))),
        ],
      });
    },
  };
}
