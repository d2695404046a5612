import type { TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { lockAllWants, superseded } from './wanted.ts';

/** Who drives builds. */
export interface DriveStore {
  /** Draws the number under which one process stores plans and ends of builds; whatever comes under an earlier number is refused as `lease-stale`. */
  takeTurn(): Promise<number>;
  /** Throws `lease-stale` where another has drawn a later number. */
  checkTurn(turn: number): Promise<void>;
  /** Under which toolchains the tasks of a build are that need a model, as it was planned last. */
  chosenToolchains(buildId: string): Promise<readonly { readonly kind: TaskKind; readonly model: string; readonly toolchain: string }[]>;
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
    chosenToolchains: (buildId) =>
      rows(
        `select distinct t.kind, t.model, t.toolchain from build_task b join task t on t.workspace_id = b.workspace_id and t.key = b.key
         where b.build_id = $1 and t.model is not null and t.toolchain <> '' order by t.kind, t.model, t.toolchain`,
        [buildId],
      ),
    async checkTurn(turn) {
      if ((await rows('select from leadership where drive = $1', [turn])).length === 0) throw superseded();
    },
  };
}
