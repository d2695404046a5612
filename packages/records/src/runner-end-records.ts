import type { Database } from './database.ts';
import type { Records } from './records.ts';
import { isUuid } from './uuidv7.ts';

/** Keeps what a runner told of its memory that is removed with attempts in its hands; `$1` is its name. */
export const removeReplaced = `
  with gone as (delete from runner where name = $1 returning id, memory)
  insert into runner_end (runner_id, memory) select id, memory from gone
  where memory is not null and exists (select from attempt a where a.runner_id = gone.id and a.ended_at is null)
  on conflict (runner_id) do update set memory = excluded.memory`;

/** As the lost task keeps it; of a runner that was replaced since it told it. */
export const memoryOf = (runnerId: string): string => `coalesce(
    (select r.memory from runner r where r.id = ${runnerId}), (select x.memory from runner_end x where x.runner_id = ${runnerId}))`;

/** Ends of runners of which nothing is kept that was lost with them. */
export const pruneEnds = `
  delete from runner_end x where noted_at < now() - interval '1 hour' and not exists (
    select from attempt a where a.runner_id = x.runner_id and a.outcome = 'lost')`;

/** What is known of runners that die (SPEC.md, F4). */
export function runnerEndRecords({
  rows,
  prepared,
}: Pick<Database, 'rows' | 'prepared'>): Pick<Records, 'noteRunnerMemory' | 'noteRunnerEnd'> {
  return {
    async noteRunnerMemory({ runnerId, memory, beat }) {
      if (!isUuid(runnerId)) return;
      await prepared({
        name: 'note-runner-memory',
        text: `update runner set memory = $2::text::json
          where id = $1 and ($3::bigint is null or memory is null or coalesce((memory->>'beat')::bigint, 0) < $3)`,
        values: [runnerId, JSON.stringify({ ...memory, ...(beat !== undefined && { beat }) }), beat ?? null],
      });
    },
    async noteRunnerEnd({ name, end }) {
      await rows(
        `insert into runner_end (runner_id, seen) select $1::uuid, $3::text::json
         where exists (select from runner where id = $1 and name = $2)
           or exists (select from attempt where runner_id = $1 and runner_name = $2 and ended_at is null)
           or exists (select from attempt where runner_id = $1 and runner_name = $2 and outcome = 'lost')
         on conflict (runner_id) do update set seen = excluded.seen`,
        [end.runnerId, name, JSON.stringify(end)],
      );
    },
  };
}
