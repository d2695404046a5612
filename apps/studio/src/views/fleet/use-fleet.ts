import type { Fleet, Problem } from '@filmwright/contracts';
import { useEffect, useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { studio } from '../../store/studio.ts';

/** The fleet as it is now, followed by one stream while the page is looked at; the last known stays while the connection is away. */
export function useFleet(): { readonly fleet: Fleet | null; readonly problem: Problem | null } {
  const [fleet, setFleet] = useState<Fleet | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let stop = new AbortController();
    const follow = (): void => {
      stop.abort();
      if (document.visibilityState === 'hidden') return;
      stop = new AbortController();
      const { signal } = stop;
      void (async () => {
        for await (const next of studio().api.followFleet({ signal })) {
          setFleet(next);
          setProblem(null);
        }
      })().catch((error) => !signal.aborted && setProblem(problemOf(error)));
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      stop.abort();
    };
  }, []);
  return { fleet, problem };
}
