import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { databaseHosts, endSoon, leadershipLock, steadfast } from '@filmwright/records';
import pg from 'pg';
import { reasonOf } from './reason-of.ts';

export type Leadership = {
  readonly connectionString: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly onStandby: () => void;
  /** Why this process must not lead as things are, in words; null where it may. */
  readonly whyNot: () => Promise<string | null>;
};

const askAgainMs = 1000;
/** Nothing changes there until somebody starts another program. */
const refusedForMs = 5000;
const checkMs = 5000;
/** Who leads hears of it if it does not any more, also where nobody tells. */
const answerWithinMs = 8000;

/**
 * Runs `lead` while this process holds the one leadership of the database, an advisory lock on a connection of its own; a standby asks every second, and one
 * that must not lead asks whether it may.
 * `lead` gets a signal that is aborted when the leadership is lost or `signal` is aborted. The lock ends with the connection, so also by kill -9.
 * Returns when `lead` returns; throws `unavailable` when the database cannot be reached.
 */
export async function holdLeadership(
  { connectionString, ...standing }: Leadership,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { signal, log } = standing;
  const hosts = databaseHosts(connectionString);
  const client = new pg.Client({
    connectionString: hosts.now(),
    ...steadfast,
    query_timeout: answerWithinMs,
    application_name: 'filmwright-controller',
    connectionTimeoutMillis: 10_000,
  });
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('the connection ended')));
  try {
    await client.connect();
    await waitForLock({ client, ...standing });
    if (signal.aborted) return;
    log('info', 'leading');
    const check = setInterval(() => client.query('select 1').catch((error: unknown) => lost.abort(error)), checkMs);
    try {
      await lead(AbortSignal.any([signal, lost.signal]));
    } finally {
      clearInterval(check);
    }
    if (lost.signal.aborted && !signal.aborted) log('warn', 'leadership lost', { reason: reasonOf(lost.signal.reason) });
  } catch (cause) {
    if (cause instanceof FilmwrightError) throw cause;
    hosts.next();
    throw new FilmwrightError(
      'unavailable',
      `The database does not answer: ${reasonOf(cause)}. Check DATABASE_URL and that PostgreSQL runs.`,
      { cause },
    );
  } finally {
    await endSoon(client);
  }
}

type Waiting = Omit<Leadership, 'connectionString'> & { readonly client: pg.Client };

async function waitForLock({ client, signal, log, onStandby, whyNot }: Waiting): Promise<void> {
  let told = '';
  const tell = (level: 'info' | 'error', text: string): void => {
    if (told !== text) log(level, text);
    told = text;
    onStandby();
  };
  while (!signal.aborted) {
    const why = await whyNot();
    if (why !== null) {
      tell('error', why);
      await sleep(refusedForMs, undefined, { signal }).catch(() => {});
      continue;
    }
    // A standby has locks of its own.
    const { rows } = await client.query<{ held: boolean | null }>(
      'select case when not pg_is_in_recovery() then pg_try_advisory_lock($1::bigint) end as held',
      [leadershipLock],
    );
    if (rows[0]?.held) return;
    if (rows[0]?.held === null) throw new Error('it is a standby, which nobody can write to');
    tell('info', 'another controller leads; standing by');
    await sleep(askAgainMs, undefined, { signal }).catch(() => {});
  }
}
