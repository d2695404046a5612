import type { Build } from '@filmwright/contracts';
import { inAbout, waitText } from '@filmwright/core';

/** Why a build stands still or cannot go on with a part of it, in a sentence; null while it goes on. */
export function whyWaiting({ waits, waiting }: Pick<Build, 'waits' | 'waiting'>, nowMs: number): string | null {
  return waits ?? waitText(waiting, (iso) => Date.parse(iso) - nowMs);
}

/** Whether two reasons differ by their figures alone: what is read out is not read out again for those. */
export function isSameReason(one: string, other: string): boolean {
  const words = (text: string): string => text.replace(/\d+(?:[.,]\d+)*/g, '');
  return words(one) === words(other);
}

/** When something is expected: `in about 3 minutes`; what nobody can foresee is said so. */
export function expectedText(iso: string | null, nowMs: number): string {
  return iso === null ? 'nobody can say when' : inAbout(Date.parse(iso) - nowMs);
}

/** `3 tasks at work, 12 in line`; empty while neither is told. */
export function workText({ waiting }: Pick<Build, 'waiting'>): string {
  if (waiting === undefined) return '';
  const { running, tasks } = waiting;
  return [running > 0 ? `${running} at work` : '', tasks > 0 ? `${tasks} in line` : ''].filter(Boolean).join(', ');
}
