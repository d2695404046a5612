import { FilmwrightError } from '@filmwright/contracts';

type Waiting<In, Out> = {
  readonly item: In;
  readonly resolve: (answer: Out) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * One call of `work` for many items: what comes while `lanes` calls are under way waits for the next, `most` at a time; alone, nothing waits.
 * A call that fails is made again for each of its items, so that one of them does not fail the others; not where the database is away, which is nobody's fault
 * and was waited for already.
 */
export function gather<In, Out>(
  work: (items: readonly In[]) => Promise<readonly Out[]>,
  { most, lanes }: { readonly most: number; readonly lanes: number },
): (item: In) => Promise<Out> {
  const waiting: Waiting<In, Out>[] = [];
  let busy = 0;

  const settle = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    try {
      const answers = await work(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => {
        resolve(answers[at] as Out);
      });
    } catch (error) {
      const isAway = error instanceof FilmwrightError && error.code === 'unavailable';
      if (batch.length === 1 || isAway) for (const one of batch) one.reject(error);
      else for (const one of batch) await settle([one]);
    }
  };
  const run = async (): Promise<void> => {
    busy++;
    while (waiting.length > 0) await settle(waiting.splice(0, most));
    busy--;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy < lanes) void run();
    });
}
