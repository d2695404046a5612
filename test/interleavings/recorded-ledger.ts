import type { Grant } from '../../packages/records/src/schedule-store.ts';
import { ModelLedger } from './model-ledger.ts';
import type { ModelBegun, ModelLease } from './model-rows.ts';

type Call =
  | { readonly type: 'plan'; readonly keys: readonly string[] }
  | { readonly type: 'endBuild' }
  | { readonly type: 'join'; readonly name: string; readonly runnerId: string }
  | { readonly type: 'leave'; readonly runnerId: string }
  | { readonly type: 'takeLead'; readonly epoch: number }
  | { readonly type: 'grant'; readonly epoch: number; readonly grants: readonly Grant[]; readonly given: readonly ModelLease[] | null }
  | {
      readonly type: 'lease';
      readonly runnerId: string;
      readonly max: number;
      readonly request: string;
      readonly leases: readonly ModelBegun[];
    }
  | { readonly type: 'renew'; readonly runnerId: string; readonly leases: readonly ModelLease[]; readonly stale: readonly string[] }
  | { readonly type: 'complete'; readonly runnerId: string; readonly lease: ModelLease; readonly answer: string }
  | { readonly type: 'handBack'; readonly runnerId: string; readonly lease: ModelLease; readonly resume: string; readonly answer: string }
  | { readonly type: 'fail'; readonly runnerId: string; readonly lease: ModelLease; readonly answer: string }
  | { readonly type: 'expire'; readonly fences: readonly number[]; readonly silent: readonly string[] };
/** What a task is after a call, in words that the database has too; null where nothing depends on it any more. */
export type TaskLine = {
  readonly key: string;
  readonly state: string;
  readonly attempts: number;
  readonly lost: number;
  readonly wanted: boolean | null;
};
export type RecordedCall = Call & { readonly after: readonly TaskLine[] };

/** A model that notes each call, what was answered, and how things were then. */
export class RecordedLedger extends ModelLedger {
  readonly calls: RecordedCall[] = [];

  override plan(keys: readonly string[]): void {
    const fresh = keys.some((key) => !this.tasks.has(key));
    super.plan(keys);
    if (fresh) this.#note({ type: 'plan', keys });
  }

  override endBuild(): void {
    super.endBuild();
    this.#note({ type: 'endBuild' });
  }

  override join(name: string): string {
    const runnerId = super.join(name);
    this.#note({ type: 'join', name, runnerId });
    return runnerId;
  }

  override leave(runnerId: string): void {
    super.leave(runnerId);
    this.#note({ type: 'leave', runnerId });
  }

  override takeLead(): number {
    const epoch = super.takeLead();
    this.#note({ type: 'takeLead', epoch });
    return epoch;
  }

  override grant(epoch: number, grants: readonly Grant[]): ReturnType<ModelLedger['grant']> {
    const answer = super.grant(epoch, grants);
    if (grants.length > 0) this.#note({ type: 'grant', epoch, grants, given: answer?.given ?? null });
    return answer;
  }

  override lease(asked: Parameters<ModelLedger['lease']>[0]): readonly ModelBegun[] {
    const leases = super.lease(asked);
    this.#note({ type: 'lease', ...asked, leases });
    return leases;
  }

  override renew(runnerId: string, leases: readonly ModelLease[]): readonly string[] {
    const stale = super.renew(runnerId, leases);
    this.#note({ type: 'renew', runnerId, leases, stale });
    return stale;
  }

  override complete(said: Parameters<ModelLedger['complete']>[0]): 'done' | 'stale' {
    const answer = super.complete(said);
    this.#note({ type: 'complete', runnerId: said.runnerId, lease: { key: said.key, fence: said.fence }, answer });
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
    this.#note({ type: 'fail', runnerId: said.runnerId, lease: { key: said.key, fence: said.fence }, answer });
    return answer;
  }

  override expire(): ReturnType<ModelLedger['expire']> {
    const { fences, silent } = super.expire();
    if (fences.length + silent.length > 0) this.#note({ type: 'expire', fences, silent });
    return { fences, silent };
  }

  #note(call: Call): void {
    const after = [...this.tasks.values()].map(({ key, state, attempts, lost, wanted }) => {
      return { key, state, attempts, lost, wanted: state === 'waiting' || state === 'leased' ? wanted : null };
    });
    this.calls.push({ ...call, after: after.sort((a, b) => (a.key < b.key ? -1 : 1)) });
  }
}
