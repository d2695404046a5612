import { Worker } from 'node:worker_threads';
import { type Estimate, FilmwrightError } from '@filmwright/contracts';
import { mergeOffers, type Offer } from '@filmwright/core/plan/merge-offers';
import type { TaskResultView } from '@filmwright/core/plan/planner';
import type { Records } from '@filmwright/records';

/** What the planning thread is asked, and what it answers: keys whose results it wants, or the estimate. */
export type Question =
  | { readonly type: 'film'; readonly document: unknown; readonly files: Readonly<Record<string, string>>; readonly offer: Offer }
  | { readonly type: 'results'; readonly results: readonly (readonly [key: string, result: TaskResultView | null])[] };
export type Answer =
  | { readonly type: 'keys'; readonly keys: readonly string[] }
  | { readonly type: 'estimate'; readonly estimate: Omit<Estimate, 'cost'> }
  | { readonly type: 'fault'; readonly message: string };

export type Estimator = {
  /** What a build of the document would take on the runners that are there; throws `unavailable` while none ever was. */
  estimate(film: {
    readonly workspaceId: string;
    readonly document: unknown;
    readonly files: Readonly<Record<string, string>>;
  }): Promise<Omit<Estimate, 'cost'>>;
  close(): Promise<void>;
};

/** Estimates films one after the other in a thread that is started with the first of them; stores nothing. */
export function createEstimator(records: Pick<Records, 'results' | 'offers'>): Estimator {
  let running: Worker | null = null;
  let offer: Offer | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;

  const started = (): Worker => {
    if (running !== null) return running;
    if (closed) throw new FilmwrightError('unavailable', 'The gateway is ending; ask again when it is back.');
    const made = new Worker(new URL('./estimate-thread.ts', import.meta.url), { execArgv: ['--disable-warning=ExperimentalWarning'] });
    made.unref();
    made.once('exit', () => {
      if (running === made) running = null;
    });
    running = made;
    return made;
  };

  const ask = (question: Question): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const thread = started();
      const settle = (outcome: () => void) => {
        thread.off('message', hear).off('error', fail).off('exit', end);
        outcome();
      };
      const hear = (answer: Answer) => settle(() => resolve(answer));
      const fail = (error: Error) => settle(() => reject(planFault(error.message)));
      const end = () => settle(() => reject(planFault('the thread that plans ended')));
      thread.on('message', hear).on('error', fail).on('exit', end);
      thread.postMessage(question);
    });

  const run: Estimator['estimate'] = async ({ workspaceId, document, files }) => {
    const offers = await records.offers();
    // Runners that are away for a moment are still what the film will be made by.
    if (offers.length > 0) offer = mergeOffers(offers, offer);
    if (offer === null)
      throw new FilmwrightError(
        'unavailable',
        'No runner has been heard of, so nothing can be estimated. "npm start" starts the platform with its runners.',
      );
    let answer = await ask({ type: 'film', document, files, offer });
    while (answer.type === 'keys') {
      const found = await records.results(answer.keys, workspaceId);
      answer = await ask({ type: 'results', results: answer.keys.map((key) => [key, viewOf(found.get(key))]) });
    }
    if (answer.type === 'fault') throw planFault(answer.message);
    return answer.estimate;
  };

  return {
    estimate(film) {
      const estimated = turn.then(() => run(film));
      turn = estimated.catch(() => {});
      return estimated;
    },
    async close() {
      closed = true;
      await running?.terminate();
    },
  };
}

type Found = Awaited<ReturnType<Records['results']>> extends ReadonlyMap<string, infer Result> ? Result | undefined : never;

/** Only what is done counts: what failed for another build would be tried anew. */
function viewOf(result: Found): TaskResultView | null {
  if (result === undefined || result.state === 'failed') return null;
  const { state, output, problem, percent, wallMs } = result;
  return { state, output, problem, percent, wallMs, reused: state === 'done' };
}

function planFault(reason: string): FilmwrightError {
  return new FilmwrightError(
    'internal',
    `Planning the film failed: ${reason}. This is a mistake of the program, not of the film; please report it.`,
  );
}
