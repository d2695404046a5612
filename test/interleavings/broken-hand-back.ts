import { ModelLedger } from './model-ledger.ts';
import { type ModelRenewed, nameOf } from './model-rows.ts';

/** What asking a task back, or handing it back, does that breaks its rule. */
export type BrokenHandBack =
  | ('counts as a try' | 'loses what was left' | 'is taken again' | 'is taken once it is done' | 'is charged' | 'gives nothing back')
  | ('wants it no more' | 'tells nobody')
  | ('is asked by an old leader' | 'is told for all' | 'is not told' | 'is told to the next');

type Said = Parameters<ModelLedger['handBack']>[0];

/** A ledger that is right but for how tasks are asked back and handed back, so that the checker can be seen to find it. */
export class LedgerOfBrokenHandBack extends ModelLedger {
  readonly #how: BrokenHandBack;
  #newest = 0;

  constructor(how: BrokenHandBack) {
    super();
    this.#how = how;
  }

  override takeLead(turn: number): number | null {
    const epoch = super.takeLead(turn);
    this.#newest = epoch ?? this.#newest;
    return epoch;
  }

  override askBack(epoch: number, leases: Parameters<ModelLedger['askBack']>[1]): void {
    super.askBack(this.#how === 'is asked by an old leader' ? this.#newest : epoch, leases);
  }

  override renew(...said: Parameters<ModelLedger['renew']>): ModelRenewed {
    const { stale, back } = super.renew(...said);
    const [, leases] = said;
    const held = leases.map(({ fence }) => fence).filter((fence) => !stale.includes(fence));
    if (this.#how === 'is not told') return { stale, back: [] };
    if (this.#how === 'is told for all') return { stale, back: back.length > 0 ? held : [] };
    return { stale, back: this.#how === 'is told to the next' ? held.filter((fence) => this.#isAfterAsked(fence)) : back };
  }

  override handBack(said: Said): 'returned' | 'stale' {
    const attempt = this.byFence.get(said.fence);
    const task = attempt && this.tasks.get(nameOf(attempt));
    if (attempt === undefined || task === undefined) return 'stale';
    if (this.#how === 'is taken again' && attempt.outcome === 'returned' && task.state === 'waiting') {
      task.resume = said.resume;
      return 'returned';
    }
    if (this.#how === 'is taken once it is done' && task.state === 'done') Object.assign(task, { state: 'leased' });
    const { attempts, resume } = task;
    const spent = this.spent.length;
    const answer = super.handBack(said);
    if (answer === 'stale') return answer;
    switch (this.#how) {
      case 'counts as a try':
        task.attempts = attempts;
        break;
      case 'loses what was left':
        task.resume = resume;
        break;
      case 'is charged':
        this.spend(attempt, 'settle');
        break;
      case 'gives nothing back':
        this.spent.length = spent;
        break;
      case 'wants it no more':
        task.wantedBy = null;
        break;
      case 'tells nobody':
        this.view.forgetLast();
    }
    return answer;
  }

  /** Whether an attempt before at the same task was asked back. */
  #isAfterAsked(fence: number): boolean {
    const attempt = this.byFence.get(fence);
    return attempt !== undefined && this.attempts.some((one) => one.askedBack && one.fence <= fence && nameOf(one) === nameOf(attempt));
  }
}
