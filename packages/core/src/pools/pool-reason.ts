import type { Pool } from '@filmwright/contracts';
import type { Supply } from './pool-supply.ts';
import type { Backlog } from './pool-work.ts';

export type Why = {
  readonly pool: Pool;
  readonly wanted: number;
  /** Machines that its work alone would want. */
  readonly need: number;
  /** Films that wait to be planned on a machine of it. */
  readonly films: number;
  /** Tasks that it could do and that wait, those that are left to others among them. */
  readonly waiting: number;
  readonly mine: readonly Backlog[];
  readonly busy: number;
  readonly supply: Supply;
  readonly idle: number;
  /** Why a machine comes only to show what it can do; null where it comes for work. */
  readonly tried: 'asked' | 'new' | 'old' | null;
};

/** A sentence for the person who asks why a pool has the size that it has. */
export function poolReason({ pool, wanted, need, films, waiting, mine, busy, supply, idle, tried }: Why): string {
  const tasks = Math.ceil(mine.reduce((sum, each) => sum + each.tasks, 0) - 1e-9);
  const seconds = Math.round(mine.reduce((sum, each) => sum + each.workMs, 0) / 1000);
  const others = waiting === 1 ? 'the 1 task that waits is left to others' : `the ${waiting} tasks that wait are left to others`;
  const none = waiting > 0 ? others : 'nothing that it can do waits';
  const work = [
    ...(films > 0 ? [films === 1 ? '1 film waits to be planned' : `${films} films wait to be planned`] : []),
    ...(tasks > 0 ? [`${tasks === 1 ? '1 task' : `${tasks} tasks`} with ${seconds} s of work ${tasks === 1 ? 'waits' : 'wait'}`] : []),
    ...(busy > 0 && tasks === 0 ? [busy === 1 ? '1 task is at work' : `${busy} tasks are at work`] : []),
    ...(tried === 'asked' ? ['a film waits for what a machine of it may offer'] : []),
    ...(tried === 'old' ? ['work waits that nobody else can do, and what its machines offered is long ago'] : []),
    ...(tried === 'new' ? ['work waits that others can do, and of its machines none was ever seen'] : []),
  ];
  const limit =
    need > pool.maximum
      ? `, its maximum is ${pool.maximum}`
      : wanted === pool.minimum && need < pool.minimum
        ? `, its minimum is ${pool.minimum}`
        : '';
  const { late, lost, failed, ending, outdated, lack } = supply;
  const gone = [
    ...(lack === null ? [] : [lack]),
    ...(late.length > 0 ? [`${late.length} never came to work`] : []),
    ...(lost.length > 0 ? [`${lost.length} lost again and again while fetching`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(outdated.length > 0 ? [`${outdated.length} came before the pool was changed`] : []),
    ...(ending.length > 0 ? [`its service takes ${ending.length} away`] : []),
    ...(idle > 0 ? [`${idle} had nothing to do for ${Math.round(pool.idleMs / 1000)} s`] : []),
  ];
  return `${work.length > 0 ? work.join(', ') : none}${limit}${gone.length > 0 ? `; ${gone.join(', ')}` : ''}`;
}
