import { loadMs } from './costs.ts';
import { type Priority, priorities } from './demand.ts';
import { slotProduct } from './fleet.ts';
import type { Group } from './group.ts';
import { hasHeadStart, isCapped, type Resource, type Share, usage } from './shares.ts';
import type { State } from './state.ts';
import { firstInTime, type WaitingLine } from './waiting-line.ts';

/** What must begin now or has waited too long, what a person waits for, films, and what may wait. The first two press. */
export const rounds = [0, 1, 2, 3] as const;
export type Round = (typeof rounds)[number];
export const roundOf: Readonly<Record<Priority, Round>> = { interactive: 1, normal: 2, bulk: 3 };

/** Whose turn it is at some places: what is to be known of all that wait for them. Looked at again every few grants. */
export type Turns = {
  readonly state: State;
  readonly resource: Resource;
  readonly groups: readonly Group[];
  /** What the workspace has that is owed most, per weight: what others have beyond it they have ahead. */
  floorMs: number;
  /** The last round in which somebody waits who is not ahead: who is ahead has no turn before it. */
  bottom: Round;
  /** Not all that wait have a deadline and one priority: dates alone do not order them. */
  mixed: boolean;
  /** Until a place is free again, as far as can be told. */
  nextMs: number;
  /** So many times this many grants there were by then. */
  looked: number;
};

/** After so many grants it is looked again who is owed most, and how far others may be ahead. */
export const lookAgain = 16;
/** What has a deadline presses once its latest start is nearer than this, its loading and twice the time until a place is free again. */
const nearMs = 30_000;
/** So many running attempts are looked at for the one that ends soonest. */
const seen = 64;

/** Whose turn it is where the given groups wait. */
export function turnsOf(state: State, { groups, resource }: Pick<Turns, 'groups' | 'resource'>): Turns {
  const turns: Turns = { state, resource, groups, floorMs: 0, bottom: 0, mixed: false, nextMs: 0, looked: 0 };
  look(turns);
  return turns;
}

/** Looks again at who is owed most where that was some grants ago. */
export function refresh(turns: Turns): void {
  if (Math.floor(turns.state.granted / lookAgain) !== turns.looked) look(turns);
}

/** Device time per weight that a workspace had beyond what it is owed and the window in which dates alone decide. */
export function aheadOf({ state, resource, floorMs }: Turns, share: Share): number {
  return Math.max(0, usage(share, resource) - floorMs - state.windows[resource]);
}

/** When the tasks of a line have their turn, those apart that must begin now. */
export function roundOfLine(turns: Turns, priority: Priority, line: WaitingLine): Round {
  const share = turns.state.shares.get(line.workspace) as Share;
  const round = roundOf[priority];
  const mayGo = aheadOf(turns, share) === 0 || (round <= roundOf.interactive && hasHeadStart(share, turns));
  return mayGo ? round : laterOf(round, turns.bottom);
}

/** The later of two rounds. */
export function laterOf(a: Round, b: Round): Round {
  return a > b ? a : b;
}

/** What has a deadline and must begin by this instant presses. */
export function pressesByMs(turns: Turns, group: Group): number {
  return turns.mixed ? turns.state.instantMs + nearMsOf(turns, group) : Number.NEGATIVE_INFINITY;
}

/** So long before its latest start what has a deadline presses, where it may. */
export function nearMsOf({ state, nextMs }: Turns, group: Group): number {
  const product = state.products.get(group.placeKey) ?? slotProduct;
  const toLoadMs = group.model === null ? 0 : loadMs(state.costs, { model: group.model, tier: 'disk', product });
  return nearMs + toLoadMs + 2 * nextMs;
}

function look(turns: Turns): void {
  const { state, resource } = turns;
  turns.looked = Math.floor(state.granted / lookAgain);
  const open: { readonly line: WaitingLine; readonly share: Share; readonly round: Round }[] = [];
  let [isDated, isUndated] = [false, false];
  turns.floorMs = Number.POSITIVE_INFINITY;
  for (const { bands } of turns.groups)
    for (const priority of priorities)
      for (const line of bands[priority].values()) {
        const share = state.shares.get(line.workspace) as Share;
        if (isCapped(share)) continue;
        open.push({ line, share, round: roundOf[priority] });
        turns.floorMs = Math.min(turns.floorMs, usage(share, resource));
        if (line.datedCount > 0) isDated = true;
        if (line.datedCount < line.count) isUndated = true;
      }
  turns.bottom = 0;
  for (const { share, round } of open) if (round > turns.bottom && aheadOf(turns, share) === 0) turns.bottom = round;
  turns.mixed = isDated && (isUndated || open.some(({ round }) => round !== open[0]?.round));
  if (!turns.mixed) return;
  const longestMs = open.reduce((most, { line }) => Math.max(most, firstInTime(line)?.workMs ?? 0), 0);
  turns.nextMs = Math.min(longestMs, soonestEndMs(turns));
}

/** Until the first of what runs is expected to end, of as many as are looked at. */
function soonestEndMs({ state, resource }: Turns): number {
  let soonest = Number.POSITIVE_INFINITY;
  let left = seen;
  for (const { devices, expectedEndMs } of state.attempts.values()) {
    if (devices.length > 0 !== (resource === 'gpu')) continue;
    if (left-- === 0) break;
    soonest = Math.min(soonest, Math.max(0, expectedEndMs - state.instantMs));
  }
  return soonest;
}
