import { eachStanding, openState, step } from '../src/index.ts';
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
    standings: (instantMs) => eachStanding(state, instantMs),
  };
};

/** The same, but every hint is lost on its way: what is fetched ahead is what lies between the two. */
export const createHintless: PolicyMaker = (settings) => {
  const whole = createFilmwright(settings);
  return {
    name: 'hintless',
    step: (changes, instantMs) => whole.step(changes, instantMs).filter(({ type }) => type === 'grant' || type === 'preempt'),
  };
};
