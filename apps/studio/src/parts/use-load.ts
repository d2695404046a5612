import type { Problem } from '@filmwright/contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { problemOf } from '../api/api.ts';

export type Loaded<Value> = { readonly value: Value | null; readonly problem: Problem | null; readonly reload: () => void };

/** Loads a value and again whenever `key` changes; answers that come too late are dropped, the old value stays until the new one is there. */
export function useLoad<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<{ readonly value: Value | null; readonly problem: Problem | null }>({ value: null, problem: null });
  const latest = useRef(load);
  latest.current = load;
  const turn = useRef(0);
  const reload = useCallback(() => {
    const mine = ++turn.current;
    latest.current().then(
      (value) => mine === turn.current && setState({ value, problem: null }),
      (error) => mine === turn.current && setState((before) => ({ value: before.value, problem: problemOf(error) })),
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key means new things to load.
  useEffect(() => {
    reload();
    return () => {
      turn.current++;
    };
  }, [key, reload]);
  return { ...state, reload };
}
