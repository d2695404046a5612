import type { HistoryEvent } from './check-history.ts';
import type { Known } from './known.ts';

/** A lease that ran out is asked back no more, also when it comes to life again. */
export function noteAsked({ asked, ranOut }: Known, { fences, leads }: Extract<HistoryEvent, { readonly type: 'asked back' }>): void {
  if (leads) for (const fence of fences) if (!ranOut.has(fence)) asked.add(fence);
}

type Renewed = { readonly name: string; readonly fence: number; readonly back: boolean };

/** L11, A6: a runner hears with each renewal what the one that leads asked back, and nothing else; not with the one that brings a lease to life again. */
export function checkBack({ asked, ranOut }: Known, { name, fence, back }: Renewed): readonly string[] {
  const isAsked = asked.has(fence);
  if (back && !isAsked) return [`A6: ${name} under ${fence} was to be handed back, and nobody who leads had asked for it`];
  return isAsked && !back && !ranOut.has(fence) ? [`L11: ${name} under ${fence} was asked back, and its runner was not told`] : [];
}
