import type { Database, Prepared } from './database.ts';
import type { KeptFollowUps, LearnedTime, ScheduleStore } from './schedule-store.ts';
import { leads, superseded } from './wanted.ts';

/** So many times, and follow-ups of so many kinds, are taken over from the leader before. */
const mostTimes = 100_000;
const mostKinds = 1000;

const saveTimes = `
  with ${leads('$4')}, put as (
    insert into learned_time (name, ms, count) select g.* from lead, unnest($1::text[], $2::float8[], $3::int[]) as g
    on conflict (name) do update set ms = excluded.ms, count = excluded.count, at = now()
  ) select from lead`;
const saveFollowUps = `
  with ${leads('$2')}, put as (
    insert into follow_up (kind, done, came) select g.* from lead, json_to_recordset($1::json) as g(kind text, done float8, came json)
    on conflict (kind) do update set done = excluded.done, came = excluded.came, at = now()
  ) select from lead`;

type Learned = Pick<ScheduleStore, 'learnedTimes' | 'saveLearned' | 'learnedFollowUps' | 'saveFollowUps'>;

/** What a leader learned, for the next (SPEC.md, A6). */
export function learnedRecords({ rows, prepared }: Database): Learned {
  /** What nothing came of for long is forgotten. */
  const newest = async <Row extends object>(
    table: 'learned_time' | 'follow_up',
    { columns, most }: { readonly columns: string; readonly most: number },
  ): Promise<readonly Row[]> => {
    await rows(`delete from ${table} where at < now() - interval '90 days'`);
    return rows<Row>(`select ${columns} from ${table} order by at desc limit $1`, [most]);
  };
  const save = async (statement: Prepared): Promise<void> => {
    if ((await prepared(statement)).length === 0) throw superseded();
  };
  return {
    learnedTimes: () => newest<LearnedTime>('learned_time', { columns: 'name, ms, count', most: mostTimes }),
    async saveLearned(times, { epoch }) {
      if (times.length === 0) return;
      const sorted = inOrder(times, ({ name }) => name);
      const values = [sorted.map(({ name }) => name), sorted.map(({ ms }) => ms), sorted.map(({ count }) => count), epoch];
      await save({ name: 'save-learned', text: saveTimes, values });
    },
    learnedFollowUps: () => newest<KeptFollowUps>('follow_up', { columns: 'kind, done, came', most: mostKinds }),
    async saveFollowUps(kinds, { epoch }) {
      if (kinds.length === 0) return;
      const sorted = inOrder(kinds, ({ kind }) => kind);
      await save({ name: 'save-follow-ups', text: saveFollowUps, values: [JSON.stringify(sorted), epoch] });
    },
  };
}

/** In order of names, so that two writers of many rows cannot wait for each other. */
function inOrder<T>(all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  return all.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
