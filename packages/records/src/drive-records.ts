import type { Database } from './database.ts';
import { lockAllWants, superseded } from './wanted.ts';

/** Who drives builds. */
export interface DriveStore {
  /** Draws the number under which one process stores plans and ends of builds; whatever comes under an earlier number is refused as `lease-stale`. */
  takeTurn(): Promise<number>;
  /** Throws `lease-stale` where another has drawn a later number. */
  checkTurn(turn: number): Promise<void>;
}

/** Turns are drawn between the writes of others: what is read after it, nobody before can change. */
export function driveRecords({ rows, transaction }: Database): DriveStore {
  return {
    takeTurn: () =>
      transaction(async (client) => {
        await lockAllWants(client);
        const { rows } = await client.query<{ drive: string }>('update leadership set drive = drive + 1 returning drive');
        return Number(rows[0]?.drive);
      }),
    async checkTurn(turn) {
      if ((await rows('select from leadership where drive = $1', [turn])).length === 0) throw superseded();
    },
  };
}
