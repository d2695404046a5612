import type { AwaitingFilm, Priority, TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import type { QueueStore } from './schedule-store.ts';
import { toldTasks } from './standing-rows.ts';
import { isUuid } from './uuidv7.ts';

type QueueRow = {
  build: string;
  title: string;
  priority: Priority;
  deadline: Date | null;
  address: string;
  kind: TaskKind;
  key: string;
  position: number;
  expectedStartAt: string | null;
  reason: string;
};

/** Where tasks stand (SPEC.md, Q). What the leader said of tasks that wait no longer is left out. */
export function queueRecords({ rows }: Database): QueueStore {
  return {
    async queue({ workspaceId, buildId, limit }) {
      if (buildId !== undefined && !isUuid(buildId)) return [];
      const found = await rows<QueueRow>(
        `select b.id as build, b.title, t.priority, t.deadline_at as deadline, bt.address, bt.kind, bt.key, x.position, x."expectedStartAt", x.reason
         from ${toldTasks({ where: 's.workspace_id = $1 and ($2::uuid is null or s.build_id = $2)', summed: true })} x
         join build b on b.id = x.build_id and b.ended_at is null
         join task t on t.workspace_id = x.workspace_id and t.key = x.key and t.state = 'waiting'
         join build_task bt on bt.build_id = x.build_id and bt.workspace_id = x.workspace_id and bt.key = x.key
         order by x."expectedStartAt" nulls last, x.position, b.id, bt.ordinal limit $3`,
        [workspaceId, buildId ?? null, limit],
      );
      return found.map(told);
    },
    async awaitingFilms({ workspaceId, limit }) {
      const found = await rows<Omit<AwaitingFilm, 'deadline'> & { readonly deadline: Date | null }>(
        `select b.id as build, b.title, b.priority, b.deadline, b.awaits->>'text' as reason from build b
         where b.workspace_id = $1 and b.awaits is not null and b.ended_at is null order by priority_rank(b.priority), b.id limit $2`,
        [workspaceId, limit],
      );
      return found.map(told);
    },
  };
}

function told<Row extends { readonly deadline: Date | null }>(row: Row): Omit<Row, 'deadline'> & { readonly deadline: string | null } {
  return { ...row, deadline: row.deadline?.toISOString() ?? null };
}
