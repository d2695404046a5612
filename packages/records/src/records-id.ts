import { openDatabase } from './database.ts';

/** The migration since which records have an id. */
export const idMigration = '0045-records-id.sql';
/** SQLSTATEs of a table and of a column that is not there. */
const absent: readonly unknown[] = ['42P01', '42703'];

/**
 * What tells the records of a database from all others: the same on its standby, under another host name and after an upgrade, another one after a restore.
 * Null where there are none, or those of a program that knew no id. Changes nothing; throws `unavailable` where the database does not answer within 30 s.
 */
export async function recordsId({ connectionString }: { readonly connectionString: string }): Promise<string | null> {
  const database = openDatabase(connectionString);
  try {
    const [row] = await database.rows<{ records_id: string }>('select records_id from installation');
    return row?.records_id ?? null;
  } catch (error) {
    if (absent.includes((error as { readonly code?: unknown }).code)) return null;
    throw error;
  } finally {
    await database.close();
  }
}
