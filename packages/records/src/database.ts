import { FilmwrightError } from '@filmwright/contracts';
import pg, { type Pool, type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import { steadfast } from './connect.ts';
import { databaseHosts } from './database-hosts.ts';
import { openPipe } from './pipe.ts';

/** A database whose calls are tried again while it is away; only statements that may run twice go through it. */
export type Database = {
  readonly pool: Pool;
  /** What is asked seldom, or differs with what it is asked with: the database plans it each time, for its values. */
  rows<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Like `rows`; the database reads and plans the text once per connection, under that name, whatever its values. `tries` counts as below. */
  prepared<Row extends QueryResultRow>(statement: Prepared | ((tries: number) => Prepared)): Promise<readonly Row[]>;
  /** Like `prepared`, on one connection that takes each before those before are answered: what waits for another's lock holds up what is behind it. */
  piped<Row extends QueryResultRow>(statement: Prepared): Promise<readonly Row[]>;
  /** Its statements are planned whatever their values. `tries` counts from 0: above it, an earlier try may have been committed without our hearing of it. */
  transaction<T>(work: (client: PoolClient, tries: number) => Promise<T>): Promise<T>;
  /** Like `transaction`, for streams of rows, which a pipelined connection does not take. */
  streaming<T>(work: (client: PoolClient, tries: number) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export type Prepared = { readonly name: string; readonly text: string; readonly values: readonly unknown[] };

const retryForMs = 30_000;
/** The SQLSTATE of a write to a standby, or to a server that is one by now: another connection may lead to the one that is written to. */
const readOnly = '25006';
/** SQLSTATEs of a database that goes or comes, and of transactions that may simply be tried again. */
const passing = new Set([readOnly, '57P01', '57P02', '57P03', '08006', '08001', '08003', '08004', '40001', '40P01', '53300']);
const connectionCodes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const connectionMessages =
  /Connection terminated|Query read timeout|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i;

/**
 * What each statement of a session is planned for: any values, once for a prepared one. PostgreSQL expects ten keys in a list that it does not know, finds that
 * plan dearer than one made for a list of one, and would by itself plan anew each time, which takes longer than the statement.
 */
const anyValues = '-c plan_cache_mode=force_generic_plan';

/**
 * Opens a pool of at most four connections, which take statements before those before are answered, one of as many for what is planned for its values, and one
 * of two for streams of rows; nothing is sent before the first call.
 */
export function openDatabase(connectionString: string): Database {
  const hosts = databaseHosts(connectionString);
  const pool = openPool(hosts, { max: 4, idleTimeoutMillis: 60_000, pipeline: true, options: anyValues });
  const asking = openPool(hosts, { max: 4, idleTimeoutMillis: 5000 });
  const streams = openPool(hosts, { max: 2, idleTimeoutMillis: 1000, options: anyValues });
  const pipe = openPipe(pool);
  const again = <T>(work: (tries: number) => Promise<T>): Promise<T> => retried(work, hosts.next);
  return {
    pool,
    rows: async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await again(() => asking.query<Row>(sql, [...values]))).rows,
    prepared: async <Row extends QueryResultRow>(statement: Prepared | ((tries: number) => Prepared)) => {
      const of = typeof statement === 'function' ? statement : () => statement;
      const result = await again((tries) => {
        const { name, text, values } = of(tries);
        return pool.query<Row>({ name, text, values: [...values] });
      });
      return result.rows;
    },
    piped: async <Row extends QueryResultRow>(statement: Prepared) => (await again(() => pipe<Row>(statement))).rows,
    transaction: (work) => again((tries) => inTransaction(pool, (client) => work(client, tries))),
    streaming: (work) => again((tries) => inTransaction(streams, (client) => work(client, tries))),
    async close() {
      await Promise.all([pool.end(), asking.end(), streams.end()]);
    },
  };
}

function openPool(hosts: ReturnType<typeof databaseHosts>, { options = '', ...limits }: PoolConfig): Pool {
  const pool = new pg.Pool({
    connectionString: hosts.now(),
    ...(hosts.areMany ? { onConnect: checkWritable } : {}),
    ...limits,
    connectionTimeoutMillis: 5000,
    ...steadfast,
    statement_timeout: 60_000,
    // What is not answered by then was sent to a machine that is gone.
    query_timeout: 65_000,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'filmwright',
    // Every statement here has its index; plans that were made while a table was small go on after it has grown. What has none only seems dear by that, and is
    // not worth compiling.
    options: `${steadfast.options} -c enable_seqscan=off -c jit=off ${options}`,
  });
  // Each new connection goes to the server that is asked at the time.
  if (hosts.areMany) Object.defineProperty(pool.options, 'connectionString', { get: hosts.now });
  // An idle connection that breaks is replaced; without a listener its error would end the process.
  pool.on('error', () => {});
  return pool;
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  // A connection that breaks between two statements says so here only.
  const note = (): void => {
    broken = true;
  };
  client.on('error', note);
  try {
    const begun = client.query('begin');
    // It fails with its connection alone, and then so does what is sent behind it.
    if (client.pipeline) begun.catch(note);
    else await begun;
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(note);
    if ((error as { readonly code?: unknown }).code === readOnly) note();
    throw error;
  } finally {
    client.removeListener('error', note);
    client.release(broken);
  }
}

/**
 * Sends statements of a transaction in one go where its connection is pipelined, otherwise one after the other; gives their rows in order. None may need
 * what one before it answers. The first that fails is thrown; what was sent behind it fails with it.
 */
export async function sendAll(client: PoolClient, statements: readonly Prepared[]): Promise<readonly (readonly QueryResultRow[])[]> {
  const answers: Promise<readonly QueryResultRow[]>[] = [];
  for (const { name, text, values } of statements) {
    const answer = client.query({ name, text, values: [...values] }).then(({ rows }) => rows);
    if (!client.pipeline) await answer;
    answers.push(answer);
  }
  const settled = await Promise.allSettled(answers);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** Refuses a connection to a standby: of several servers one is written to. */
export async function checkWritable(client: { query(sql: string): Promise<{ rows: { reads: boolean }[] }> }): Promise<void> {
  const { rows } = await client.query('select pg_is_in_recovery() as reads');
  if (rows[0]?.reads === true) throw Object.assign(new Error('it is a standby, which nobody can write to'), { code: readOnly });
}

/** Runs `work` again, for 30 s at most, as long as it fails because the database is away, each time after `onAway`; then throws `unavailable`. */
export async function retried<T>(work: (tries: number) => Promise<T>, onAway: () => void = () => {}): Promise<T> {
  const untilMs = performance.now() + retryForMs;
  for (let tries = 0, waitMs = 50; ; tries += 1, waitMs = Math.min(1000, waitMs * 2)) {
    try {
      return await work(tries);
    } catch (error) {
      if (!isPassing(error)) throw known(error);
      onAway();
      if (performance.now() > untilMs) throw away(error);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** The error for a database that does not answer. */
export function away(error: unknown): FilmwrightError {
  const why = error instanceof Error ? error.message : String(error);
  return new FilmwrightError(
    'unavailable',
    `The database does not answer: ${why || 'no connection'}. Check that PostgreSQL runs and DATABASE_URL is right.`,
    {
      cause: error,
    },
  );
}

function known(error: unknown): unknown {
  if ((error as { readonly code?: unknown }).code !== '53100') return error;
  return new FilmwrightError(
    'disk-full',
    `The database has no room to write: ${(error as Error).message}. Free space on its disk, then run the same command again; finished work is kept.`,
    { cause: error },
  );
}

/** Whether an error says that the database goes, comes or is busy: the same call may succeed later. */
export function isPassing(error: unknown): boolean {
  const { code, message, errors } = error as { readonly code?: string; readonly message?: string; readonly errors?: readonly unknown[] };
  if (code !== undefined && (passing.has(code) || connectionCodes.test(code))) return true;
  return (errors ?? []).some(isPassing) || connectionMessages.test(message ?? '');
}
