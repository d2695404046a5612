import { FilmwrightError } from '@filmwright/contracts';
import { buildRecords } from './build-records.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { listenToChanges } from './notify.ts';
import type { Records } from './records.ts';
import { runnerRecords } from './runner-records.ts';
import { taskRecords } from './task-records.ts';

/** Connects, brings the schema up to date and gives everything that has a row. */
export async function openRecords({ connectionString }: { readonly connectionString: string }): Promise<Records> {
  const database = openDatabase(connectionString);
  await migrate(database.pool);
  const stops = new Set<() => Promise<void>>();
  return {
    ...buildRecords(database),
    ...taskRecords(database),
    ...runnerRecords(database),
    async listen(listener) {
      const stop = await listenToChanges(connectionString, listener);
      stops.add(stop);
      return async () => {
        stops.delete(stop);
        await stop();
      };
    },
    async ping() {
      await database.pool.query('select 1').catch((error: Error) => {
        throw new FilmwrightError('unavailable', `The database does not answer: ${error.message}.`, { cause: error });
      });
    },
    async close() {
      for (const stop of stops) await stop();
      await database.pool.end();
    },
  };
}
