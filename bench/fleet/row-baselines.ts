import pg from 'pg';
import { copyRows } from '../../packages/records/src/copy-rows.ts';
import { keyOf, perSecond } from './made-up.ts';

/** Ways to write the rows of a plan, a task with a payload of a thousand characters and a line of a build, without looking at anything; in tasks/s. */
export type RowBaselines = {
  /** Both tables by COPY, one transaction. */
  readonly copied: (count: number) => Promise<number>;
  /** Both tables by statements of a thousand rows each, one transaction. */
  readonly inserted: (count: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

const workspace = '00000000-0000-7000-8000-000000000001';
const inserts = 1000;

export async function openRowBaselines(connectionString: string): Promise<RowBaselines> {
  const pool = new pg.Pool({ connectionString, max: 1 });
  const client = await pool.connect();
  await client.query(`
    create table row_task (like task including defaults, primary key (workspace_id, key)) with (fillfactor = 70);
    create table row_line (like build_task including defaults, primary key (build_id, address));
    create index on row_line using hash (key);`);
  let made = 0;
  const payload = JSON.stringify({ text: 'x'.repeat(1000) });
  const columns = '(workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, wanted_by)';
  const lineColumns = '(workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal)';

  const timed = async (count: number, write: (keys: readonly string[], buildId: string) => Promise<void>): Promise<number> => {
    made += 1;
    const keys = Array.from({ length: count }, (_, at) => keyOf(`row${made}-${at}`)).sort();
    const buildId = crypto.randomUUID();
    const startMs = performance.now();
    await client.query('begin');
    await write(keys, buildId);
    await client.query('commit');
    return perSecond(count, performance.now() - startMs);
  };

  return {
    copied: (count) =>
      timed(count, async (keys, buildId) => {
        await copyRows(client, {
          table: `row_task ${columns}`,
          columns: 9,
          rows: keys,
          write(to, key) {
            to.uuid(workspace);
            to.text(key);
            to.text('encode');
            to.int(1, 4);
            to.text('');
            to.text(payload);
            to.texts([]);
            to.float(1000);
            to.uuid(buildId);
          },
        });
        await copyRows(client, {
          table: `row_line ${lineColumns}`,
          columns: 8,
          rows: keys,
          write(to, key, at) {
            to.uuid(workspace);
            to.uuid(buildId);
            to.text(key);
            to.text('encode');
            to.text(key);
            to.float(1000);
            to.bool(false);
            to.int(at, 4);
          },
        });
      }),
    inserted: (count) =>
      timed(count, async (keys, buildId) => {
        for (let first = 0; first < count; first += inserts) {
          const some = keys.slice(first, first + inserts);
          await client.query({
            name: 'row-tasks',
            text: `insert into row_task ${columns} select '${workspace}', key, 'encode', 1, '', payload, '{}', 1000, $3 from unnest($1::text[], $2::json[]) as t(key, payload)`,
            values: [some, some.map(() => payload), buildId],
          });
          await client.query({
            name: 'row-lines',
            text: `insert into row_line ${lineColumns} select '${workspace}', $2, key, 'encode', key, 1000, false, at from unnest($1::text[]) with ordinality as t(key, at)`,
            values: [some, buildId],
          });
        }
      }),
    async close() {
      client.release();
      await pool.end();
    },
  };
}
