import { type Priority, priorities } from './demand.ts';
import type { Group } from './group.ts';
import { hasHeadStart, isCapped, type Share, wasPassed } from './shares.ts';
import { aheadOf, laterOf, pressesByMs, type Round, refresh, roundOf, type Turns } from './turns.ts';
import { type Entry, firstInTime, firstLate, firstToBegin, latestStartMs, setLateAside, type WaitingLine } from './waiting-line.ts';

/** What is late by so much goes first again, so that nobody waits for ever; sooner what needs several devices, which others pass more easily. */
const overdueMs = 2 * 3_600_000;
const gangOverdueMs = 15 * 60_000;

/**
 * A task that goes next: in which round, and how pressing it is of its own. `ahead`: milliseconds per weight that its workspace had more than it is owed, beyond the
 * window. `early`: on the head start of its workspace.
 */
export type Pick = {
  readonly entry: Entry;
  readonly round: Round;
  readonly level: Round;
  readonly late: boolean;
  readonly ahead: number;
  readonly early: boolean;
};

/** Whose task of a group goes next, of one priority or of all. Null where all are capped. */
export function pickEntry(turns: Turns, group: Group, only?: Priority): Pick | null {
  refresh(turns);
  const pressesBy = pressesByMs(turns, group);
  let best: Pick | null = null;
  for (const priority of only === undefined ? priorities : [only])
    for (const line of group.bands[priority].values()) {
      const share = turns.state.shares.get(line.workspace) as Share;
      if (isCapped(share)) continue;
      const pick = pickOfLine(turns, line, { share, priority, pressesBy });
      if (pick !== null && (best === null || comesFirst(pick, best))) best = pick;
    }
  return best;
}

/** Whose task goes next of all in some groups. */
export function firstOf(turns: Turns, groups: readonly Group[]): { readonly group: Group; readonly pick: Pick } | null {
  let best: { readonly group: Group; readonly pick: Pick } | null = null;
  for (const group of groups) {
    const pick = pickEntry(turns, group);
    if (pick !== null && (best === null || comesFirst(pick, best.pick))) best = { group, pick };
  }
  return best;
}

/** Sets the late ones of a group aside. */
export function sortOutLate(group: Group, instantMs: number): void {
  for (const band of Object.values(group.bands)) for (const line of band.values()) setLateAside(line, instantMs);
}

type Looking = { readonly share: Share; readonly priority: Priority; readonly pressesBy: number };

function pickOfLine(turns: Turns, line: WaitingLine, { share, priority, pressesBy }: Looking): Pick | null {
  const { instantMs } = turns.state;
  const soonest = pressesBy < instantMs ? null : firstToBegin(line, instantMs);
  const pressing = soonest === null || latestStartMs(soonest) > pressesBy ? null : soonest;
  const inTime = firstInTime(line);
  const late = firstLate(line);
  const overdue = late !== null && instantMs - late.dueMs > (late.task.gpus > 1 ? gangOverdueMs : overdueMs);
  const entry = overdue ? late : (inTime ?? late);
  const begins = pressing === null ? null : ranked(turns, share, { entry: pressing, late: false, level: 0, mayPress: true });
  if (entry === null) return begins;
  const isLate = entry === late && !overdue;
  const waitedMost =
    !isLate && priority !== 'interactive' && instantMs >= entry.dueMs && wasPassed(share, { resource: turns.resource, entry });
  const first = ranked(turns, share, { entry, late: isLate, level: waitedMost ? 0 : roundOf[priority], mayPress: !waitedMost });
  return begins !== null && comesFirst(begins, first) ? begins : first;
}

type Ranking = { readonly entry: Entry; readonly late: boolean; readonly level: Round; readonly mayPress: boolean };

/** In which round a task has its turn. */
function ranked(turns: Turns, share: Share, { entry, late, level, mayPress }: Ranking): Pick {
  const own = aheadOf(turns, share);
  if (own === 0) return { entry, late, round: level, level, ahead: 0, early: false };
  const early = mayPress && level <= roundOf.interactive && hasHeadStart(share, turns);
  return { entry, late, round: early ? level : laterOf(level, turns.bottom), level, ahead: early ? 0 : own, early };
}

/** Of two tasks: the one whose round it is, then that of the workspace which is less ahead, then the more pressing, then the one that can be in time, then the one due sooner. */
export function comesFirst(a: Pick, b: Pick): boolean {
  if (a.round !== b.round) return a.round < b.round;
  if (a.ahead !== b.ahead) return a.ahead < b.ahead;
  if (a.level !== b.level) return a.level < b.level;
  if (a.late !== b.late) return b.late;
  const [startA, startB] = [latestStartMs(a.entry), latestStartMs(b.entry)];
  if (a.level === 0 && startA !== startB) return startA < startB;
  return a.entry.dueMs < b.entry.dueMs || (a.entry.dueMs === b.entry.dueMs && a.entry.task.order < b.entry.task.order);
}
