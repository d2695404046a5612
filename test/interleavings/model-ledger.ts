import type { Grant } from '../../packages/records/src/schedule-store.ts';
import { ModelBuilds } from './model-builds.ts';
import {
  estimateMsOf,
  type ModelAttempt,
  type ModelBegun,
  type ModelGiven,
  type ModelId,
  type ModelLease,
  type ModelRenewed,
  type ModelTask,
  nameOf,
} from './model-rows.ts';

export const leaseMs = 3000;
export const pickUpMs = 10_000;
const silenceMs = 30_000;
const most = 3;
const mostTries = 6;

/** What was taken back, whose runners fell silent, and the places that were waited for long enough. */
export type ModelExpired = { readonly fences: readonly number[]; readonly silent: readonly string[]; readonly freed: readonly number[] };

/** The rules of packages/records/SPEC.md in memory, one call at a time; the numbers at the lines are those of the rules. */
export class ModelLedger extends ModelBuilds {
  #epoch = 0;
  #runner = 0;
  #calls = 0;
  // L7
  join(name: string): string {
    for (const [id, runner] of this.runners) if (runner.name === name) this.#forget(id);
    this.#runner++;
    const id = `runner-${this.#runner}`;
    this.runners.set(id, { name, seenMs: this.nowMs, gone: false, draining: false });
    this.view.noteRunner(id);
    return id;
  }

  // L9: said twice it changes nothing.
  drain(runnerId: string): void {
    const runner = this.runners.get(runnerId);
    if (runner === undefined || runner.draining) return;
    runner.draining = true;
    this.view.noteRunner(runnerId);
  }

  // L6
  leave(runnerId: string): void {
    for (const attempt of [...this.live.values()]) {
      const task = this.taskOf(attempt);
      if (attempt.runnerId === runnerId && task !== undefined) this.giveBack(task, 'left');
    }
    this.#forget(runnerId);
  }

  // A1, S4
  takeLead(turn: number): number | null {
    if (turn !== this.turn) return null;
    this.#epoch++;
    return this.#epoch;
  }

  // A1, A2, L3, D1
  grant(epoch: number, grants: readonly Grant[]): { readonly given: readonly ModelGiven[]; readonly refused: readonly Grant[] } | null {
    if (grants.length === 0) return { given: [], refused: [] };
    if (epoch !== this.#epoch && this.broken !== 'old leaders') return null;
    const given: ModelGiven[] = [];
    const refused: Grant[] = [];
    for (const grant of grants) {
      const task = this.tasks.get(nameOf(grant));
      const runner = this.runners.get(grant.runnerId);
      const free =
        (task?.state === 'waiting' && task.readyMs <= this.nowMs) || (this.broken === 'done runs again' && task?.state === 'done');
      if (task === undefined || !free || task.wantedBy === null || runner === undefined || runner.gone) {
        refused.push(grant);
        continue;
      }
      this.fence++;
      Object.assign(task, { state: 'leased', fence: this.fence, outcome: null, attempts: task.attempts + 1, ranFor: task.wantedBy });
      const attempt: ModelAttempt = {
        ...{ workspaceId: task.workspaceId, key: task.key, fence: task.fence, buildId: task.wantedBy, runnerId: grant.runnerId },
        ...{
          runnerName: runner.name,
          leaseUntilMs: this.nowMs + pickUpMs,
          stoppingUntilMs: null,
          heardMs: this.nowMs,
          heardAt: 0,
          lostAt: 0,
          delivered: false,
          askedBack: false,
          request: null,
          outcome: null,
        },
      };
      this.attempts.push(attempt);
      this.live.set(attempt.fence, attempt);
      this.byFence.set(attempt.fence, attempt);
      this.spend(attempt, 'reserve');
      given.push({ workspaceId: task.workspaceId, key: task.key, fence: task.fence, buildId: task.wantedBy });
    }
    return { given, refused };
  }

  // L11, A6: what has ended by now is not asked back.
  askBack(epoch: number, leases: readonly (ModelId & ModelLease)[]): void {
    if (epoch !== this.#epoch) return;
    for (const lease of leases) {
      const attempt = this.live.get(lease.fence);
      if (attempt !== undefined && nameOf(attempt) === nameOf(lease)) attempt.askedBack = true;
    }
  }

  // L3: the same request is given the same.
  lease({ runnerId, max, request }: { readonly runnerId: string; readonly max: number; readonly request: string }): readonly ModelBegun[] {
    this.#heard(runnerId);
    const begun = (attempt: ModelAttempt): ModelBegun => ({
      key: attempt.key,
      fence: attempt.fence,
      attempt: this.tasks.get(nameOf(attempt))?.attempts ?? 0,
      resume: this.tasks.get(nameOf(attempt))?.resume ?? null,
    });
    const mine = [...this.live.values()].filter((one) => one.runnerId === runnerId && this.taskOf(one) !== undefined);
    const before = mine.filter((one) => one.request === request);
    if (before.length > 0) return before.map(begun);
    const waiting = mine.filter((one) => !one.delivered).sort((a, b) => this.orderOf(a) - this.orderOf(b) || (a.key < b.key ? -1 : 1));
    const fresh = waiting.slice(0, max);
    const heard = { heardMs: this.nowMs, heardAt: ++this.#calls };
    for (const one of fresh) Object.assign(one, { delivered: true, request, leaseUntilMs: this.nowMs + leaseMs, ...heard });
    return fresh.map(begun);
  }

  // L4, L5, L11, W1: what is stale, and what is to be handed back, is told by fences.
  renew(runnerId: string, leases: readonly ModelLease[]): ModelRenewed {
    this.#heard(runnerId);
    const heardAt = ++this.#calls;
    const back: number[] = [];
    const stale = leases.flatMap(({ key, fence }) => {
      const attempt = this.claimed({ key, fence, runnerId });
      const task = attempt === null ? undefined : this.taskOf(attempt);
      if (attempt === null || task === undefined) return [fence];
      const revives = task.state === 'waiting' && task.outcome === 'lost' && task.wantedBy !== null && this.runners.has(runnerId);
      if (task.state !== 'leased' && !revives) return [fence];
      Object.assign(attempt, { delivered: true, leaseUntilMs: this.nowMs + leaseMs, heardMs: this.nowMs, heardAt, outcome: null });
      this.live.set(fence, attempt);
      if (revives) {
        Object.assign(task, {
          state: 'leased',
          outcome: null,
          lost: Math.max(0, task.lost - 1),
          losses: task.losses.slice(0, -1),
          attempts: task.attempts + 1,
        });
        this.view.noteTask(task);
      } else if (attempt.askedBack) back.push(fence);
      return [];
    });
    return { stale, back };
  }

  // L11
  handBack({ runnerId, key, fence, resume }: ModelLease & { readonly runnerId: string; readonly resume: string }): 'returned' | 'stale' {
    const attempt = this.claimed({ key, fence, runnerId });
    const task = attempt === null ? undefined : this.taskOf(attempt);
    if (attempt === null || task?.state !== 'leased') return 'stale';
    this.giveBack(task, 'returned');
    if (this.broken !== 'begun anew') task.resume = resume;
    return 'returned';
  }

  // F1, F5, L5, D2
  complete({ runnerId, key, fence, output }: ModelLease & { readonly runnerId: string; readonly output: string }): 'done' | 'stale' {
    const attempt = this.claimed({ key, fence, runnerId });
    const task = attempt === null ? undefined : this.taskOf(attempt);
    if (attempt === null || task === undefined || task.outcome === 'failed') return 'stale';
    if (task.outcome === 'done') {
      if (this.broken === 'two charges') this.spend(attempt, 'settle');
      if (this.broken === 'output replaced') task.output = `${output} again`;
      return 'done';
    }
    Object.assign(task, { state: 'done', outcome: 'done', output, gone: false });
    // A lease that stays when its task is done runs out, and the task begins anew.
    if (this.broken !== 'done runs again') this.end(attempt, 'done');
    this.spend(attempt, 'settle');
    this.view.noteTask(task, { fence, outcome: 'done', ranMs: estimateMsOf(key) });
    return 'done';
  }

  // F1, F2, F3
  fail({ runnerId, key, fence, passes }: ModelLease & { readonly runnerId: string; readonly passes: boolean }): 'failed' | 'stale' {
    const attempt = this.claimed({ key, fence, runnerId });
    const task = attempt === null ? undefined : this.taskOf(attempt);
    if (attempt === null || task === undefined || task.outcome === 'done') return 'stale';
    if (task.outcome === 'failed') return 'failed';
    const tries = task.state === 'leased' ? task.attempts : task.attempts + 1;
    const lost = task.state === 'leased' ? task.lost : Math.max(0, task.lost - 1);
    const losses = task.state === 'leased' ? task.losses : task.losses.slice(0, -1);
    const failures = [...task.failures, attempt.runnerName];
    const names = new Set(failures);
    const isUntried = [...this.runners.values()].some(({ name, gone, draining }) => !gone && !draining && !names.has(name));
    const mayPass = this.broken === 'tried for ever' || (passes && this.broken !== 'tried once');
    const again = mayPass && tries < mostTries && names.size < most && (tries < most || isUntried);
    const readyMs = again && this.broken !== 'tried at once' ? this.nowMs + 1000 * 4 ** (Math.min(tries, 3) - 1) : task.readyMs;
    Object.assign(task, {
      attempts: tries,
      lost,
      losses,
      failures,
      outcome: 'failed',
      state: again ? 'waiting' : 'failed',
      readyMs,
      resume: null,
    });
    this.end(attempt, 'failed');
    this.refund(attempt);
    this.view.noteTask(task, { fence, outcome: 'failed', ranMs: 0 });
    return 'failed';
  }

  // A3, F4, L4, L8, L10
  expire(): ModelExpired {
    const silent: string[] = [];
    const untilMs = (attempt: ModelAttempt): number => attempt.leaseUntilMs - (this.broken === 'taken early' ? leaseMs / 2 : 0);
    const over = [...this.live.values()].filter((attempt) => untilMs(attempt) < this.nowMs);
    for (const [id, runner] of this.runners) {
      const lengths = over.flatMap(({ runnerId, leaseUntilMs, heardMs }) => (runnerId === id ? [leaseUntilMs - heardMs] : []));
      if (runner.gone || this.nowMs - runner.seenMs <= Math.min(silenceMs, ...lengths)) continue;
      runner.gone = true;
      silent.push(id);
      this.view.noteRunner(id);
    }
    const freed = this.freePlaces(({ stoppingUntilMs, runnerId }) => (stoppingUntilMs ?? 0) < this.nowMs || !this.runners.has(runnerId));
    const fences: number[] = [];
    const lostAt = ++this.#calls;
    const neighbours = new Map([...this.live.values()].map(({ fence }) => [fence, this.#neighboursOf(fence)]));
    for (const attempt of [...this.live.values()]) {
      if (untilMs(attempt) >= this.nowMs && this.runners.has(attempt.runnerId)) continue;
      const task = this.taskOf(attempt);
      if (task === undefined) continue;
      fences.push(attempt.fence);
      this.refund(attempt);
      const attempts = Math.max(0, task.attempts - 1);
      if (attempt.delivered) {
        this.end(attempt, 'lost');
        attempt.lostAt = lostAt;
        if (this.broken === 'a lost task') task.wantedBy = null;
        const lost = task.lost + 1;
        const losses = [...task.losses, { runnerName: attempt.runnerName, neighbours: neighbours.get(attempt.fence) ?? [] }];
        const isOver = isAtFault(losses) || this.broken === 'set aside at once';
        Object.assign(task, { state: isOver ? 'failed' : 'waiting', outcome: 'lost', lost, losses, attempts });
        this.view.noteTask(task, { fence: attempt.fence, outcome: 'lost', ranMs: 0 });
      } else {
        this.end(attempt, 'undelivered');
        this.fence++;
        Object.assign(task, { state: 'waiting', outcome: null, attempts, fence: this.fence });
        this.view.noteTask(task, { fence: attempt.fence, outcome: 'returned', ranMs: 0 });
      }
    }
    return { fences, silent, freed };
  }

  // F4: what the runner had beside an attempt when that was heard of last.
  #neighboursOf(fence: number): readonly string[] {
    const attempt = this.byFence.get(fence);
    if (attempt === undefined) return [];
    const others = this.attempts.filter((one) => {
      const isThere = this.live.has(one.fence) ? one.delivered : one.outcome === 'lost' && one.lostAt > attempt.heardAt;
      return one.runnerId === attempt.runnerId && one.fence !== fence && isThere;
    });
    return [...new Set(others.map(nameOf))];
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
}

// F4
function isAtFault(losses: ModelTask['losses']): boolean {
  if (losses.length < most) return false;
  const [first = [], ...others] = losses.map(({ neighbours }) => neighbours);
  return losses.length >= mostTries || !first.some((name) => others.every((names) => names.includes(name)));
}
