import { ModelLedger } from './model-ledger.ts';
import { type ModelTask, nameOf, workspaceIds, workspaceOf } from './model-rows.ts';

/** What a cancel of one task does that breaks its rule. */
export type BrokenCancel =
  | ('stops nothing' | 'tells that nothing runs' | 'keeps the fence' | 'keeps the checkpoint' | 'is charged' | 'gives nothing back')
  | ('counts as a try' | 'wants it no more' | 'tells nobody' | 'stops it for others' | 'begins what is done');

/** A ledger that is right but for how it cancels one task, so that the checker can be seen to find it. */
export class LedgerOfBrokenCancel extends ModelLedger {
  readonly #how: BrokenCancel;

  constructor(how: BrokenCancel) {
    super();
    this.#how = how;
  }

  override cancelTask(asked: Parameters<ModelLedger['cancelTask']>[0]): ReturnType<ModelLedger['cancelTask']> {
    const task = this.tasks.get(nameOf({ workspaceId: workspaceOf(asked.buildId), key: asked.key }));
    if (this.#how === 'stops nothing' && task?.state === 'leased') return 'stopped';
    if (this.#how === 'tells that nothing runs') return 'idle';
    if (this.#how === 'begins what is done' && task?.state === 'done') Object.assign(task, { state: 'leased' });
    return super.cancelTask(asked);
  }

  protected override cancel(task: ModelTask): void {
    const { resume, attempts, fence } = task;
    const attempt = this.byFence.get(fence);
    const spent = this.spent.length;
    super.cancel(task);
    if (attempt === undefined) return;
    switch (this.#how) {
      case 'keeps the fence':
        task.fence = fence;
        return;
      case 'keeps the checkpoint':
        task.resume = resume;
        return;
      case 'is charged':
        this.spend(attempt, 'settle');
        return;
      case 'gives nothing back':
        this.spent.length = spent;
        return;
      case 'counts as a try':
        task.attempts = attempts;
        return;
      case 'wants it no more':
        task.wantedBy = null;
        return;
      case 'tells nobody':
        this.view.forgetLast();
        return;
      case 'stops it for others':
        for (const workspaceId of workspaceIds) {
          const other = this.tasks.get(nameOf({ workspaceId, key: task.key }));
          if (other?.state === 'leased') super.cancel(other);
        }
    }
  }
}
