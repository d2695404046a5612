import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { Prepared } from './database.ts';

/** Sends a statement behind those that are under way, without waiting for their answers. */
export type Pipe = <Row extends QueryResultRow>(statement: Prepared) => Promise<QueryResult<Row>>;

type Shared = { readonly client: Promise<PoolClient>; readonly breaks: () => void; underWay: number; broken: boolean };

/**
 * Statements that share one connection of a pool of pipelined ones, each a transaction of its own: the database begins each as soon as it has ended the one
 * before. The connection goes back once nothing is under way on it. Where it breaks, all that is under way fails, and what comes then gets another.
 */
export function openPipe(pool: Pool): Pipe {
  let shared: Shared | null = null;

  const open = (): Shared => {
    const breaks = (): void => {
      opened.broken = true;
      if (shared === opened) shared = null;
    };
    const client = pool.connect().then((one) => one.on('error', breaks));
    client.catch(breaks);
    const opened: Shared = { client, breaks, underWay: 0, broken: false };
    return opened;
  };

  return async <Row extends QueryResultRow>({ name, text, values }: Prepared) => {
    shared ??= open();
    const mine = shared;
    mine.underWay += 1;
    try {
      return await (await mine.client).query<Row>({ name, text, values: [...values] });
    } finally {
      mine.underWay -= 1;
      if (mine.underWay === 0) {
        if (shared === mine) shared = null;
        const client = await mine.client.catch(() => null);
        client?.removeListener('error', mine.breaks);
        client?.release(mine.broken);
      }
    }
  };
}
