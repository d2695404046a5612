import { FilmwrightError } from '@filmwright/contracts';
import { Pool, type PoolClient, type QueryResultRow } from 'pg';

/** A pool whose calls are tried again while the database is away; only statements that may run twice go through it. */
export type Database = {
  readonly pool: Pool;
  rows<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
};

const retryForMs = 15_000;
/** SQLSTATEs of a database that goes or comes, and of transactions that may simply be tried again. */
const passing = new Set(['57P01', '57P02', '57P03', '08006', '08001', '08003', '08004', '40001', '40P01', '53300']);

/** Opens a pool of at most four connections. */
export function openDatabase(connectionString: string): Database {
  const pool = new Pool({ connectionString, max: 4, idleTimeoutMillis: 60_000, connectionTimeoutMillis: 5000, keepAlive: true });
  // An idle connection that breaks is replaced; without a listener its error would end the process.
  pool.on('error', () => {});
  return {
    pool,
    rows: async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await retried(() => pool.query<Row>(sql, [...values]))).rows,
    transaction: (work) =>
      retried(async () => {
        const client = await pool.connect();
        let broken = false;
        try {
          await client.query('begin');
          const result = await work(client);
          await client.query('commit');
          return result;
        } catch (error) {
          await client.query('rollback').catch(() => {
            broken = true;
          });
          throw error;
        } finally {
          client.release(broken);
        }
      }),
  };
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + retryForMs;
  for (let waitMs = 50; ; waitMs = Math.min(1000, waitMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (performance.now() > untilMs) {
        throw new FilmwrightError(
          'unavailable',
          `The database does not answer: ${error instanceof Error ? error.message : String(error)}.`,
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function isPassing(error: unknown): boolean {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code !== undefined && (passing.has(code) || /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code))) return true;
  return /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i.test(
    message ?? '',
  );
}
