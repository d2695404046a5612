import { applyChange } from './apply-change.ts';
import { avoidTried } from './avoid-tried.ts';
import type { Change, Decision } from './demand.ts';
import { wakeRested } from './health.ts';
import { placeApart } from './place-apart.ts';
import { placeOnDevices } from './place-devices.ts';
import { placeGangs } from './place-gangs.ts';
import { placeOnSlots } from './place-slots.ts';
import { preempt } from './preempt.ts';
import { prefetch } from './prefetch.ts';
import { readWeights } from './read-weights.ts';
import { settle } from './shares.ts';
import { type State, setWindows } from './state.ts';
import { wakeLater } from './waiting.ts';

/**
 * Takes up what happened and decides what runs where from this instant on (milliseconds; never before that of the step before). The state is
 * changed in place and given back; decisions are taken to be carried out, and what fails is told by a later change.
 */
export function step(
  state: State,
  changes: readonly Change[],
  instantMs: number,
): { readonly state: State; readonly decisions: readonly Decision[] } {
  state.instantMs = instantMs;
  for (const share of state.shares.values()) settle(share, instantMs);
  for (const change of changes) applyChange(state, change, instantMs);
  wakeLater(state, instantMs);
  setWindows(state);
  wakeRested(state.fleet, instantMs);
  avoidTried(state);
  const placed = [
    ...placeApart(state, instantMs),
    ...placeGangs(state, instantMs),
    ...placeOnDevices(state, instantMs),
    ...placeOnSlots(state, instantMs),
  ];
  const hints = [...prefetch(state), ...readWeights(state, instantMs)];
  return { state, decisions: [...placed, ...preempt(state, instantMs), ...hints] };
}
