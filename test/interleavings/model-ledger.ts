import type { Grant } from '../../packages/records/src/schedule-store.ts';
import type { ModelAttempt, ModelBegun, ModelLease, ModelRunner, ModelSpend, ModelTask } from './model-rows.ts';
import { createModelView } from './model-view.ts';

/** A rule that the ledger breaks on purpose, so that the checker can be seen to find it. */
export type Broken = 'stale fences' | 'two charges' | 'done runs again' | 'a lost task' | 'old leaders' | 'output replaced' | 'begun anew';

export const leaseMs = 3000;
const pickUpMs = 10_000;
const silenceMs = 30_000;
const most = 3;

/** The rules of packages/records/SPEC.md in memory, one call at a time; the numbers at the lines are those of the rules. */
export class ModelLedger {
  readonly tasks = new Map<string, ModelTask>();
  readonly attempts: ModelAttempt[] = [];
  readonly spent: ModelSpend[] = [];
  readonly runners = new Map<string, ModelRunner>();
  readonly #live = new Map<number, ModelAttempt>();
  readonly #byFence = new Map<number, ModelAttempt>();
  /** What whoever grants is told. */
  readonly view = createModelView({
    tasks: this.tasks,
    runners: this.runners,
    attemptOf: (fence) => this.#byFence.get(fence),
    nowMs: () => this.nowMs,
  });
  readonly #broken: Broken | null;
  #ended = false;
  #fence = 0;
  #epoch = 0;
  #runner = 0;
  nowMs = 0;

  constructor(broken: Broken | null = null) {
    this.#broken = broken;
  }

  // S1, W1, B2: what is there already stays as it is; once the build has ended nothing is added.
  plan(keys: readonly string[]): void {
    if (this.#ended) return;
    for (const key of keys) {
      if (this.tasks.has(key)) continue;
      const fresh = {
        state: 'waiting',
        fence: 0,
        outcome: null,
        attempts: 0,
        lost: 0,
        wanted: true,
        readyMs: this.nowMs,
        output: null,
        resume: null,
      } as const;
      this.tasks.set(key, { key, ...fresh });
      this.view.noteTask(key);
    }
  }

  // B2, B3: the build ends; what is leased goes stale at once, and the try does not count.
  endBuild(): void {
    this.#ended = true;
    for (const task of this.tasks.values()) {
      if (task.state !== 'waiting' && task.state !== 'leased') continue;
      task.wanted = false;
      if (task.state === 'leased') this.#giveBack(task, 'unwanted');
      else this.view.noteTask(task.key);
    }
  }

  // L7
  join(name: string): string {
    for (const [id, runner] of this.runners) if (runner.name === name) this.#forget(id);
    this.#runner++;
    const id = `runner-${this.#runner}`;
    this.runners.set(id, { name, seenMs: this.nowMs, gone: false });
    this.view.noteRunner(id);
    return id;
  }

  // L6
  leave(runnerId: string): void {
    for (const attempt of [...this.#live.values()]) {
      const task = this.#of(attempt);
      if (attempt.runnerId === runnerId && task !== undefined) this.#giveBack(task, 'left');
    }
    this.#forget(runnerId);
  }

  // A1
  takeLead(): number {
    this.#epoch++;
    return this.#epoch;
  }

  // A1, A2, L3, D1
  grant(epoch: number, grants: readonly Grant[]): { readonly given: readonly ModelLease[]; readonly refused: readonly Grant[] } | null {
    if (epoch !== this.#epoch && this.#broken !== 'old leaders') return null;
    const given: ModelLease[] = [];
    const refused: Grant[] = [];
    for (const grant of grants) {
      const task = this.tasks.get(grant.key);
      const runner = this.runners.get(grant.runnerId);
      const free = task?.state === 'waiting' || (this.#broken === 'done runs again' && task?.state === 'done');
      if (task === undefined || !free || !task.wanted || runner === undefined || runner.gone) {
        refused.push(grant);
        continue;
      }
      this.#fence++;
      Object.assign(task, { state: 'leased', fence: this.#fence, outcome: null, attempts: task.attempts + 1 });
      const attempt: ModelAttempt = {
        ...{ key: task.key, fence: task.fence, runnerId: grant.runnerId, leaseUntilMs: this.nowMs + pickUpMs, heardMs: this.nowMs },
        ...{ delivered: false, request: null, outcome: null },
      };
      this.attempts.push(attempt);
      this.#live.set(attempt.fence, attempt);
      this.#byFence.set(attempt.fence, attempt);
      this.#spend(attempt, 'reserve');
      given.push({ key: task.key, fence: task.fence });
    }
    return { given, refused };
  }

  // L3: the same request is given the same.
  lease({ runnerId, max, request }: { readonly runnerId: string; readonly max: number; readonly request: string }): readonly ModelBegun[] {
    this.#heard(runnerId);
    const begun = ({ key, fence }: ModelAttempt): ModelBegun => ({ key, fence, resume: this.tasks.get(key)?.resume ?? null });
    const mine = [...this.#live.values()].filter((one) => one.runnerId === runnerId && this.#of(one) !== undefined);
    const before = mine.filter((one) => one.request === request);
    if (before.length > 0) return before.map(begun);
    const waiting = mine.filter((one) => !one.delivered).sort((a, b) => (a.key < b.key ? -1 : 1));
    const fresh = waiting.slice(0, max);
    for (const one of fresh) Object.assign(one, { delivered: true, request, leaseUntilMs: this.nowMs + leaseMs, heardMs: this.nowMs });
    return fresh.map(begun);
  }

  // L4, L5
  renew(runnerId: string, leases: readonly ModelLease[]): readonly string[] {
    this.#heard(runnerId);
    return leases.flatMap(({ key, fence }) => {
      const attempt = this.#claimed({ key, fence, runnerId });
      const task = attempt === null ? undefined : this.#of(attempt);
      if (attempt === null || task === undefined) return [key];
      const revives = task.state === 'waiting' && task.outcome === 'lost' && task.wanted && this.runners.has(runnerId);
      if (task.state !== 'leased' && !revives) return [key];
      Object.assign(attempt, { delivered: true, leaseUntilMs: this.nowMs + leaseMs, heardMs: this.nowMs, outcome: null });
      this.#live.set(fence, attempt);
      if (revives) {
        Object.assign(task, { state: 'leased', outcome: null, lost: Math.max(0, task.lost - 1), attempts: task.attempts + 1 });
        this.view.noteTask(key);
      }
      return [];
    });
  }

  // L11
  handBack({ runnerId, key, fence, resume }: ModelLease & { readonly runnerId: string; readonly resume: string }): 'returned' | 'stale' {
    const attempt = this.#claimed({ key, fence, runnerId });
    const task = attempt === null ? undefined : this.#of(attempt);
    if (attempt === null || task?.state !== 'leased') return 'stale';
    this.#giveBack(task, 'returned');
    if (this.#broken !== 'begun anew') task.resume = resume;
    return 'returned';
  }

  // F1, F5, L5, D2
  complete({ runnerId, key, fence, output }: ModelLease & { readonly runnerId: string; readonly output: string }): 'done' | 'stale' {
    const attempt = this.#claimed({ key, fence, runnerId });
    const task = attempt === null ? undefined : this.#of(attempt);
    if (attempt === null || task === undefined || task.outcome === 'failed') return 'stale';
    if (task.outcome === 'done') {
      if (this.#broken === 'two charges') this.#spend(attempt, 'settle');
      if (this.#broken === 'output replaced') task.output = `${output} again`;
      return 'done';
    }
    Object.assign(task, { state: 'done', outcome: 'done', output });
    // A lease that stays when its task is done runs out, and the task begins anew.
    if (this.#broken !== 'done runs again') this.#end(attempt, 'done');
    this.#spend(attempt, 'settle');
    this.view.noteTask(key, { fence, outcome: 'done', ranMs: 1 });
    return 'done';
  }

  // F1, F2, F3
  fail({ runnerId, key, fence, passes }: ModelLease & { readonly runnerId: string; readonly passes: boolean }): 'failed' | 'stale' {
    const attempt = this.#claimed({ key, fence, runnerId });
    const task = attempt === null ? undefined : this.#of(attempt);
    if (attempt === null || task === undefined || task.outcome === 'done') return 'stale';
    if (task.outcome === 'failed') return 'failed';
    const tries = task.state === 'leased' ? task.attempts : task.attempts + 1;
    const lost = task.state === 'leased' ? task.lost : Math.max(0, task.lost - 1);
    const again = passes && tries < most;
    const readyMs = again ? this.nowMs + 1000 * 4 ** (tries - 1) : task.readyMs;
    Object.assign(task, { attempts: tries, lost, outcome: 'failed', state: again ? 'waiting' : 'failed', readyMs, resume: null });
    this.#end(attempt, 'failed');
    this.#refund(attempt);
    this.view.noteTask(key, { fence, outcome: 'failed', ranMs: 0 });
    return 'failed';
  }

  // A3, F4, L4, L8
  expire(): { readonly fences: readonly number[]; readonly silent: readonly string[] } {
    const silent: string[] = [];
    const over = [...this.#live.values()].filter(({ leaseUntilMs }) => leaseUntilMs < this.nowMs);
    for (const [id, runner] of this.runners) {
      const lengths = over.flatMap(({ runnerId, leaseUntilMs, heardMs }) => (runnerId === id ? [leaseUntilMs - heardMs] : []));
      if (runner.gone || this.nowMs - runner.seenMs <= Math.min(silenceMs, ...lengths)) continue;
      runner.gone = true;
      silent.push(id);
      this.view.noteRunner(id);
    }
    const fences: number[] = [];
    for (const attempt of [...this.#live.values()]) {
      if (attempt.leaseUntilMs >= this.nowMs && this.runners.has(attempt.runnerId)) continue;
      const task = this.#of(attempt);
      if (task === undefined) continue;
      fences.push(attempt.fence);
      this.#refund(attempt);
      const attempts = Math.max(0, task.attempts - 1);
      if (attempt.delivered) {
        this.#end(attempt, 'lost');
        if (this.#broken === 'a lost task') task.wanted = false;
        const lost = task.lost + 1;
        Object.assign(task, { state: lost >= most ? 'failed' : 'waiting', outcome: 'lost', lost, attempts });
        this.view.noteTask(task.key, { fence: attempt.fence, outcome: 'lost', ranMs: 0 });
      } else {
        this.#end(attempt, 'undelivered');
        this.#fence++;
        Object.assign(task, { state: 'waiting', outcome: null, attempts, fence: this.#fence });
        this.view.noteTask(task.key, { fence: attempt.fence, outcome: 'returned', ranMs: 0 });
      }
    }
    return { fences, silent };
  }

  /** The attempt that a runner speaks of, if it is its own. */
  #claimed({ key, fence, runnerId }: ModelLease & { readonly runnerId: string }): ModelAttempt | null {
    const found = this.#byFence.get(fence);
    return found?.key === key && found.runnerId === runnerId ? found : null;
  }

  /** The task of an attempt while the fence has not moved. */
  #of({ key, fence }: ModelAttempt): ModelTask | undefined {
    const task = this.tasks.get(key);
    if (task?.fence === fence) return task;
    return this.#broken === 'stale fences' ? task : undefined;
  }

  #giveBack(task: ModelTask, outcome: 'left' | 'unwanted' | 'returned'): void {
    const attempt = this.#byFence.get(task.fence);
    if (attempt === undefined) return;
    this.#end(attempt, outcome);
    this.#refund(attempt);
    this.#fence++;
    Object.assign(task, { state: 'waiting', outcome: null, attempts: Math.max(0, task.attempts - 1), fence: this.#fence });
    this.view.noteTask(task.key, { fence: attempt.fence, outcome: 'returned', ranMs: 0 });
  }

  #forget(runnerId: string): void {
    if (this.runners.delete(runnerId)) this.view.noteRunner(runnerId);
  }

  #heard(runnerId: string): void {
    const runner = this.runners.get(runnerId);
    if (runner === undefined) return;
    if (runner.gone) this.view.noteRunner(runnerId);
    Object.assign(runner, { seenMs: this.nowMs, gone: false });
  }

  #end(attempt: ModelAttempt, outcome: ModelAttempt['outcome']): void {
    attempt.outcome = outcome;
    this.#live.delete(attempt.fence);
  }

  #refund(attempt: ModelAttempt): void {
    const known = this.spent.some(({ fence, kind }) => fence === attempt.fence && kind === 'refund');
    if (!known) this.#spend(attempt, 'refund');
  }

  #spend({ key, fence }: ModelAttempt, kind: ModelSpend['kind']): void {
    this.spent.push({ key, fence, kind });
  }
}
