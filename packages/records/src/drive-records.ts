import type { Database } from './database.ts';
import { lockAllWants } from './wanted.ts';

/** Who drives builds. */
export interface DriveStore {
  /** Draws the number under which one process stores plans and ends of builds; whatever comes under an earlier number is refused as `lease-stale`. */
  takeTurn(): Promise<number>;
}

/** Turns are drawn between the writes of others: what is read after it, nobody before can change. */
export function driveRecords({ transaction }: Database): DriveStore {
  return {
    takeTurn: () =>
      transaction(async (client) => {
        await lockAllWants(client);
        const { rows } = await client.query<{ drive: string }>('update leadership set drive = drive + 1 returning drive');
        return Number(rows[0]?.drive);
      }),
  };
}
