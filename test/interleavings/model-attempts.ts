import type { Priority } from '../../packages/scheduler/src/demand.ts';
import { type ModelAttempt, type ModelLease, type ModelRunner, type ModelSpend, type ModelTask, nameOf } from './model-rows.ts';
import { createModelView } from './model-view.ts';

/** A rule that the ledger breaks on purpose, so that the checker can be seen to find it. */
export type Broken =
  | ('stale fences' | 'two charges' | 'done runs again' | 'a lost task' | 'output replaced' | 'begun anew' | 'taken early')
  | ('old leaders' | 'old drivers' | 'shared keys' | 'another pays')
  | ('places given twice' | 'places forgotten' | 'tried for ever' | 'tried once' | 'tried at once' | 'set aside at once')
  | ('ended for all' | 'pressing late' | 'wanted by nobody' | 'another build pays')
  | ('failed for all' | 'tried anew for its own' | 'counts kept')
  | ('asset stays gone' | 'asset stays gone for the next' | 'swept for all' | 'checkpoint kept');

/** What a runner says that it stopped; null where it does not tell. */
export type ModelStopped = { readonly runnerId: string; readonly fences: readonly number[] | null; readonly held: readonly number[] };

/** Rows of the model's ledger, and what ends attempts: one state, one entry and one word to whoever grants for each. */
export class ModelAttempts {
  readonly tasks = new Map<string, ModelTask>();
  readonly attempts: ModelAttempt[] = [];
  readonly spent: ModelSpend[] = [];
  readonly runners = new Map<string, ModelRunner>();
  /** How pressing builds are; set before anything of them is planned. */
  readonly priorities = new Map<string, Priority>();
  protected readonly live = new Map<number, ModelAttempt>();
  protected readonly byFence = new Map<number, ModelAttempt>();
  /** What whoever grants is told. */
  readonly view = createModelView({
    tasks: this.tasks,
    runners: this.runners,
    stopping: () => (this.broken === 'places forgotten' ? [] : this.#stopping()),
    attemptOf: (fence) => this.byFence.get(fence),
    priorities: this.priorities,
    nowMs: () => this.nowMs,
  });
  protected readonly broken: Broken | null;
  protected fence = 0;
  nowMs = 0;

  constructor(broken: Broken | null = null) {
    this.broken = broken;
  }

  /** What the task of an attempt has by now. */
  outputOf(fence: number): string | null {
    const attempt = this.byFence.get(fence);
    return attempt === undefined ? null : (this.tasks.get(nameOf(attempt))?.output ?? null);
  }

  /** The attempt that a runner speaks of, if it is its own. */
  protected claimed({ key, fence, runnerId }: ModelLease & { readonly runnerId: string }): ModelAttempt | null {
    const found = this.byFence.get(fence);
    return found?.key === key && found.runnerId === runnerId ? found : null;
  }

  /** The task of an attempt while the fence has not moved. */
  protected taskOf(attempt: ModelAttempt): ModelTask | undefined {
    const task = this.tasks.get(nameOf(attempt));
    if (task?.fence === attempt.fence) return task;
    return this.broken === 'stale fences' ? task : undefined;
  }

  /** What is wanted and runs, and is to begin anew. */
  protected cancel(task: ModelTask): void {
    const leftOn = this.byFence.get(task.fence)?.runnerName ?? null;
    this.giveBack(task, 'cancelled');
    Object.assign(task, { leftOn, resume: null });
  }

  protected giveBack(task: ModelTask, outcome: 'left' | 'unwanted' | 'cancelled' | 'returned'): void {
    const attempt = this.byFence.get(task.fence);
    if (attempt === undefined) return;
    this.end(attempt, outcome);
    this.refund(attempt);
    const stopping = this.broken !== 'places given twice' && attempt.delivered && (outcome === 'unwanted' || outcome === 'cancelled');
    if (stopping) attempt.stoppingUntilMs = attempt.leaseUntilMs;
    this.fence++;
    Object.assign(task, { state: 'waiting', outcome: null, attempts: Math.max(0, task.attempts - 1), fence: this.fence });
    this.view.noteTask(task, { fence: attempt.fence, outcome: 'returned', ranMs: 0, stopping });
  }

  // L10: one that does not tell what it stopped has stopped what it does not hold.
  noteStopped({ runnerId, fences, held }: ModelStopped): readonly number[] {
    return this.freePlaces(
      (one) => one.runnerId === runnerId && (fences === null ? !held.includes(one.fence) : fences.includes(one.fence)),
    );
  }

  #stopping(): readonly ModelAttempt[] {
    return this.attempts.filter(({ stoppingUntilMs }) => stoppingUntilMs !== null);
  }

  protected freePlaces(which: (attempt: ModelAttempt) => boolean): readonly number[] {
    const freed = this.#stopping().filter(which);
    for (const attempt of freed) {
      attempt.stoppingUntilMs = null;
      this.view.noteStopped(attempt);
    }
    return freed.map(({ fence }) => fence);
  }

  protected end(attempt: ModelAttempt, outcome: ModelAttempt['outcome']): void {
    attempt.outcome = outcome;
    this.live.delete(attempt.fence);
  }

  protected refund(attempt: ModelAttempt): void {
    const known = this.spent.some(({ fence, kind }) => fence === attempt.fence && kind === 'refund');
    if (!known) this.spend(attempt, 'refund');
  }

  protected spend({ workspaceId, key, fence, buildId }: ModelAttempt, kind: ModelSpend['kind']): void {
    const payer = this.broken === 'another pays' && kind === 'settle' && workspaceId === 'w' ? 'v' : workspaceId;
    const wantedBy = this.tasks.get(nameOf({ workspaceId, key }))?.wantedBy ?? buildId;
    const pays = this.broken === 'another build pays' && kind === 'settle' ? wantedBy : buildId;
    this.spent.push({ workspaceId: payer, key, fence, buildId: pays, kind });
  }
}
