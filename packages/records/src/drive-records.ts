import type { TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { superseded } from './wanted.ts';

/** Who drives builds. */
export interface DriveStore {
  /** Throws `lease-stale` where another has drawn a later number. */
  checkTurn(turn: number): Promise<void>;
  /** Under which toolchains the tasks of a build are that need a model, as it was planned last. */
  chosenToolchains(buildId: string): Promise<readonly { readonly kind: TaskKind; readonly model: string; readonly toolchain: string }[]>;
}

/** Turns are drawn between the writes of others: what is read after it, nobody before can change. */
export function driveRecords({ rows, prepared }: Database): DriveStore {
  return {
    chosenToolchains: (buildId) =>
      prepared({
        name: 'chosen-toolchains',
        text: `select distinct t.kind, t.model, t.toolchain from build_task b join task t on t.workspace_id = b.workspace_id and t.key = b.key
         where b.build_id = $1 and t.model is not null and t.toolchain <> '' order by t.kind, t.model, t.toolchain`,
        values: [buildId],
      }),
    async checkTurn(turn) {
      if ((await rows('select from leadership where drive = $1', [turn])).length === 0) throw superseded();
    },
  };
}
