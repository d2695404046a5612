import { bigintArray, textArray, uuidArray } from './array-values.ts';
import { completeEvidence } from './complete-evidence.ts';
import type { Database } from './database.ts';
import { gather } from './gather.ts';
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

const told = 'unnest($1::uuid[], $2::json[], $3::bigint[]) as l(runner_id, memory, beat)';
/** By its own count: a word that was overtaken says nothing any more, and one that does not count (0) is the newest. */
const isNews = `r.id = l.runner_id and (l.beat = 0 or r.memory is null or coalesce((r.memory->>'beat')::bigint, 0) < l.beat)`;

/** Of many runners; answers of which it was taken up. What another writes just now is left out, so that no two wait for each other and nobody for somebody else's. */
const noteMany = `
  with free as materialized (select id from runner where id = any($1::uuid[]) for no key update skip locked), noted as (
    update runner r set memory = l.memory from ${told} where ${isNews} and r.id in (select id from free)
  ) select id from free`;
/** One that was left out. */
const noteOne = `update runner r set memory = l.memory from ${told} where ${isNews}`;

/** Words of so many runners go into one statement, and so many statements run at once. */
const gathered = { most: 500, lanes: 2 };
/** Whoever holds the rows of many keeps one connection. */
const single = { most: 1, lanes: 1 };

type Told = Parameters<Records['noteRunnerMemory']>[0];

const noteEnd = `
  insert into runner_end (runner_id, seen) select $1::uuid, $3::text::json
  where exists (select from runner where id = $1 and name = $2)
    or exists (select from attempt where runner_id = $1 and runner_name = $2 and ended_at is null)
    or exists (select from attempt where runner_id = $1 and runner_name = $2 and outcome = 'lost')
  on conflict (runner_id) do update set seen = excluded.seen`;

/** What is known of runners that die (SPEC.md, F4). */
export function runnerEndRecords({
  transaction,
  prepared,
}: Pick<Database, 'transaction' | 'prepared'>): Pick<Records, 'noteRunnerMemory' | 'noteRunnerEnd'> {
  const many = gather(async (words: readonly Told[]) => {
    const latest = new Map<string, Told>();
    for (const word of words) if (isNewer(word, latest.get(word.runnerId))) latest.set(word.runnerId, word);
    const found = await prepared<{ id: string }>({ name: 'note-memories', text: noteMany, values: valuesOf([...latest.values()]) });
    const noted = new Set(found.map(({ id }) => id));
    return words.map(({ runnerId }) => noted.has(runnerId.toLowerCase()));
  }, gathered);
  const one = gather(async (words: readonly Told[]) => {
    await prepared({ name: 'note-memory', text: noteOne, values: valuesOf(words) });
    return words;
  }, single);
  return {
    async noteRunnerMemory(word) {
      if (isUuid(word.runnerId) && !(await many(word))) await one(word);
    },
    noteRunnerEnd: ({ name, end }) =>
      transaction(async (client) => {
        const { rowCount } = await client.query(noteEnd, [end.runnerId, name, JSON.stringify(end)]);
        if (rowCount !== 0) await completeEvidence(client, end.runnerId);
      }),
  };
}

function isNewer({ beat }: Told, than: Told | undefined): boolean {
  return than === undefined || beat === undefined || beat >= (than.beat ?? 0);
}

function valuesOf(words: readonly Told[]): readonly unknown[] {
  return [
    uuidArray(words.map(({ runnerId }) => runnerId)),
    textArray(
      words.map(({ memory, beat }) => JSON.stringify({ ...memory, ...(beat !== undefined && { beat }) })),
      'json',
    ),
    bigintArray(words.map(({ beat = 0 }) => beat)),
  ];
}
