import { openState, step } from '../src/index.ts';
import type { PolicyMaker } from './policy.ts';

/** The scheduler itself, by the very same `step` that the leader calls. */
export const createFilmwright: PolicyMaker = () => {
  let state = openState();
  return {
    name: 'filmwright',
    step: (changes, instantMs) => {
      const stepped = step(state, changes, instantMs);
      state = stepped.state;
      return stepped.decisions;
    },
  };
};
