import type { Grant } from '../../packages/records/src/schedule-store.ts';
import type { ModelStopped } from './model-attempts.ts';
import { type ModelExpired, ModelLedger } from './model-ledger.ts';
import { type ModelBegun, type ModelGiven, type ModelId, type ModelLease, type ModelRenewed, nameOf, workspaceOf } from './model-rows.ts';

type Call =
  | { readonly type: 'takeTurn'; readonly turn: number }
  | {
      readonly type: 'plan';
      readonly turn: number;
      readonly buildId: string;
      readonly keys: readonly string[];
      readonly ready: readonly string[];
      readonly answer: string;
    }
  | { readonly type: 'results'; readonly workspaceId: string; readonly keys: readonly string[]; readonly found: readonly string[] }
  | { readonly type: 'sweep'; readonly swept: readonly ModelId[] }
  | { readonly type: 'endBuild'; readonly buildId: string; readonly turn?: number; readonly answer: string }
  /** `resume` is what the task went on from. */
  | {
      readonly type: 'cancelTask';
      readonly buildId: string;
      readonly key: string;
      readonly resume: string | null;
      readonly answer: string;
    }
  | { readonly type: 'join'; readonly name: string; readonly runnerId: string }
  | { readonly type: 'leave' | 'drain'; readonly runnerId: string }
  | { readonly type: 'takeLead'; readonly turn: number; readonly epoch: number | null }
  | {
      readonly type: 'grant';
      readonly epoch: number;
      readonly grants: readonly Grant[];
      readonly given: readonly ModelGiven[] | null;
      /** What is in the pause after a failure. */
      readonly resting: readonly ModelId[];
    }
  | {
      readonly type: 'lease';
      readonly runnerId: string;
      readonly max: number;
      readonly request: string;
      readonly leases: readonly ModelBegun[];
    }
  | {
      readonly type: 'renew';
      readonly runnerId: string;
      readonly leases: readonly ModelLease[];
      readonly stale: readonly number[];
      readonly back: readonly number[];
    }
  | { readonly type: 'askBack'; readonly epoch: number; readonly leases: readonly (ModelId & ModelLease)[] }
  | { readonly type: 'complete'; readonly runnerId: string; readonly lease: ModelLease; readonly output: string; readonly answer: string }
  | { readonly type: 'handBack'; readonly runnerId: string; readonly lease: ModelLease; readonly resume: string; readonly answer: string }
  | {
      readonly type: 'fail';
      readonly runnerId: string;
      readonly lease: ModelLease;
      readonly passes: boolean;
      readonly answer: string;
    }
  | ({ readonly type: 'noteStopped' } & ModelStopped)
  | ({ readonly type: 'expire' } & ModelExpired);
/** What a task is after a call, in words that the database has too; null where nothing depends on it any more. */
export type TaskLine = {
  readonly workspace: string;
  readonly key: string;
  readonly state: string;
  readonly attempts: number;
  readonly lost: number;
  readonly wantedBy: string | null;
  readonly priority: string | null;
  readonly ranFor: string | null;
  readonly leftOn: string | null;
  /** Attempts that are still to be stopped, and those that are asked back. */
  readonly stopping: number;
  readonly asked: number;
};
export type RecordedCall = Call & { readonly after: readonly TaskLine[] };

/** A model that notes each call, what was answered, and how things were then. */
export class RecordedLedger extends ModelLedger {
  readonly calls: RecordedCall[] = [];

  override takeTurn(): number {
    const turn = super.takeTurn();
    this.#note({ type: 'takeTurn', turn });
    return turn;
  }

  override plan(planned: Parameters<ModelLedger['plan']>[0]): 'stored' | 'stale' {
    const answer = super.plan(planned);
    this.#note({ type: 'plan', ...planned, answer });
    return answer;
  }

  override results(asked: Parameters<ModelLedger['results']>[0]): ReturnType<ModelLedger['results']> {
    const results = super.results(asked);
    this.#note({ type: 'results', ...asked, found: [...results].map(([key, { state, output }]) => `${key} ${state} ${output}`).sort() });
    return results;
  }

  override sweep(): readonly ModelId[] {
    const swept = super.sweep();
    if (swept.length > 0) this.#note({ type: 'sweep', swept });
    return swept;
  }

  override endBuild(buildId: string, turn?: number): 'ended' | 'stale' {
    const answer = super.endBuild(buildId, turn);
    this.#note({ type: 'endBuild', buildId, ...(turn !== undefined && { turn }), answer });
    return answer;
  }

  override cancelTask(asked: Parameters<ModelLedger['cancelTask']>[0]): ReturnType<ModelLedger['cancelTask']> {
    const task = { workspaceId: workspaceOf(asked.buildId), key: asked.key };
    const resume = this.tasks.get(nameOf(task))?.resume ?? null;
    const answer = super.cancelTask(asked);
    this.#note({ type: 'cancelTask', ...asked, resume, answer });
    return answer;
  }

  override join(name: string): string {
    const runnerId = super.join(name);
    this.#note({ type: 'join', name, runnerId });
    return runnerId;
  }

  override drain(runnerId: string): void {
    super.drain(runnerId);
    this.#note({ type: 'drain', runnerId });
  }

  override leave(runnerId: string): void {
    super.leave(runnerId);
    this.#note({ type: 'leave', runnerId });
  }

  override takeLead(turn: number): number | null {
    const epoch = super.takeLead(turn);
    this.#note({ type: 'takeLead', turn, epoch });
    return epoch;
  }

  override grant(epoch: number, grants: readonly Grant[]): ReturnType<ModelLedger['grant']> {
    const resting = [...this.tasks.values()]
      .filter(({ readyMs }) => readyMs > this.nowMs)
      .map(({ workspaceId, key }) => ({ workspaceId, key }));
    const answer = super.grant(epoch, grants);
    if (grants.length > 0) this.#note({ type: 'grant', epoch, grants, given: answer?.given ?? null, resting });
    return answer;
  }

  override lease(asked: Parameters<ModelLedger['lease']>[0]): readonly ModelBegun[] {
    const leases = super.lease(asked);
    this.#note({ type: 'lease', ...asked, leases });
    return leases;
  }

  override askBack(epoch: number, leases: Parameters<ModelLedger['askBack']>[1]): void {
    super.askBack(epoch, leases);
    if (leases.length > 0) this.#note({ type: 'askBack', epoch, leases });
  }

  override renew(runnerId: string, leases: readonly ModelLease[]): ModelRenewed {
    const renewed = super.renew(runnerId, leases);
    this.#note({ type: 'renew', runnerId, leases, ...renewed });
    return renewed;
  }

  override complete(said: Parameters<ModelLedger['complete']>[0]): 'done' | 'stale' {
    const answer = super.complete(said);
    this.#note({ type: 'complete', runnerId: said.runnerId, lease: { key: said.key, fence: said.fence }, output: said.output, answer });
    return answer;
  }

  override handBack(said: Parameters<ModelLedger['handBack']>[0]): 'returned' | 'stale' {
    const answer = super.handBack(said);
    const { runnerId, key, fence, resume } = said;
    this.#note({ type: 'handBack', runnerId, lease: { key, fence }, resume, answer });
    return answer;
  }

  override fail(said: Parameters<ModelLedger['fail']>[0]): 'failed' | 'stale' {
    const answer = super.fail(said);
    const { runnerId, key, fence, passes } = said;
    this.#note({ type: 'fail', runnerId, lease: { key, fence }, passes, answer });
    return answer;
  }

  override expire(): ReturnType<ModelLedger['expire']> {
    const expired = super.expire();
    if (expired.fences.length + expired.silent.length + expired.freed.length > 0) this.#note({ type: 'expire', ...expired });
    return expired;
  }

  override noteStopped(stopped: ModelStopped): readonly number[] {
    const freed = super.noteStopped(stopped);
    // Most heartbeats tell of nothing.
    if (freed.length > 0 || (stopped.fences?.length ?? 0) > 0) this.#note({ type: 'noteStopped', ...stopped });
    return freed;
  }

  #note(call: Call): void {
    const asked = [...this.live.values()].filter(({ askedBack }) => askedBack).map(nameOf);
    const stopping = new Map<string, number>();
    for (const one of this.attempts) if (one.stoppingUntilMs !== null) stopping.set(nameOf(one), (stopping.get(nameOf(one)) ?? 0) + 1);
    const after = [...this.tasks.values()].map(({ workspaceId, key, state, attempts, lost, wantedBy, ranFor, leftOn }) => {
      const isOpen = state === 'waiting' || state === 'leased';
      return {
        workspace: workspaceId,
        key,
        state,
        attempts,
        lost,
        wantedBy: isOpen ? wantedBy : null,
        priority: isOpen && wantedBy !== null ? (this.priorities.get(wantedBy) ?? 'normal') : null,
        ranFor,
        leftOn,
        stopping: stopping.get(nameOf({ workspaceId, key })) ?? 0,
        asked: asked.filter((name) => name === nameOf({ workspaceId, key })).length,
      };
    });
    this.calls.push({ ...call, after: after.sort((a, b) => (a.workspace + a.key < b.workspace + b.key ? -1 : 1)) });
  }
}
