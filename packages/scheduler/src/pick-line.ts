import type { Priority } from './demand.ts';
import type { Group } from './group.ts';
import { isCapped, type Resource, type Share, usage } from './shares.ts';
import type { State } from './state.ts';
import { type Entry, firstInTime, firstLate, setLateAside, type WaitingLine } from './waiting-line.ts';

/** What is late by so much goes first again, so that nobody waits for ever; sooner what needs several devices, which others pass more easily. */
const overdueMs = 2 * 3_600_000;
const gangOverdueMs = 15 * 60_000;

/** `ahead`: milliseconds per weight that its workspace had more than it is owed, beyond the window. */
export type Pick = { readonly entry: Entry; readonly late: boolean; readonly ahead: number };

/** Whose task of a group goes next: soonest due among workspaces that are not ahead of their share, else that of the one least ahead. Null where all are capped. */
export function pickEntry(
  state: State,
  group: Group,
  { priority, resource }: { readonly priority: Priority; readonly resource: Resource },
): Pick | null {
  let best: Pick | null = null;
  for (const line of group.bands[priority].values()) {
    const share = state.shares.get(line.workspace) as Share;
    if (isCapped(share)) continue;
    const found = firstOfAny(line, state.instantMs);
    if (found === null) continue;
    const pick = { ...found, ahead: Math.max(0, usage(share, resource) - state.floors[resource] - state.windows[resource]) };
    if (best === null || comesFirst(pick, best)) best = pick;
  }
  return best;
}

/** Sets the late ones of a group aside. */
export function sortOutLate(group: Group, instantMs: number): void {
  for (const band of Object.values(group.bands)) for (const line of band.values()) setLateAside(line, instantMs);
}

function firstOfAny(line: WaitingLine, instantMs: number): Omit<Pick, 'ahead'> | null {
  const inTime = firstInTime(line);
  const late = firstLate(line);
  if (late !== null && instantMs - late.dueMs > (late.task.gpus > 1 ? gangOverdueMs : overdueMs)) return { entry: late, late: false };
  if (inTime !== null) return { entry: inTime, late: false };
  return late === null ? null : { entry: late, late: true };
}

/** Of two tasks: that of the workspace which is less ahead, then the one that can be in time, then the one due sooner. */
export function comesFirst(a: Pick, b: Pick): boolean {
  if (a.ahead !== b.ahead) return a.ahead < b.ahead;
  if (a.late !== b.late) return b.late;
  return a.entry.dueMs < b.entry.dueMs || (a.entry.dueMs === b.entry.dueMs && a.entry.task.order < b.entry.task.order);
}
