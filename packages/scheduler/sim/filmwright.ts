import { openState, step } from '../src/index.ts';
import type { Policy } from './policy.ts';

/** The scheduler that the controller runs. */
export function createFilmwright(): Policy {
  const state = openState();
  return { name: 'filmwright', step: (changes, instantMs) => step(state, changes, instantMs).decisions };
}
