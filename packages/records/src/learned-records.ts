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
  const save = async (statement: Prepared): Promise<void> => {
    if ((await prepared(statement)).length === 0) throw superseded();
  };
  return {
    async learnedTimes() {
      await rows(`delete from learned_time where at < now() - interval '90 days'`);
      return rows<LearnedTime>('select name, ms, count from learned_time order by at desc limit $1', [mostTimes]);
    },
    async saveLearned(times, { epoch }) {
      if (times.length === 0) return;
      const sorted = inOrder(times, ({ name }) => name);
      const values = [sorted.map(({ name }) => name), sorted.map(({ ms }) => ms), sorted.map(({ count }) => count), epoch];
      await save({ name: 'save-learned', text: saveTimes, values });
    },
    async learnedFollowUps() {
      await rows(`delete from follow_up where at < now() - interval '90 days'`);
      return rows<KeptFollowUps>('select kind, done, came from follow_up order by at desc limit $1', [mostKinds]);
    },
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
