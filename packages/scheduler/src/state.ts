import { type Costs, createCosts } from './costs.ts';
import type { Demand } from './demand.ts';
import { type Attempt, createFleet, type Fleet } from './fleet.ts';
import { createFollowUps, type FollowUps } from './follow-ups.ts';
import type { Group } from './group.ts';
import type { Coming } from './prefetch.ts';
import type { Rate } from './rate.ts';
import { createShare, type Resource, type Share, windowOf } from './shares.ts';
import type { Entry } from './waiting-line.ts';

/** All that the scheduler knows; only `step` changes it. */
export type State = {
  readonly fleet: Fleet;
  readonly costs: Costs;
  /** Those with waiting tasks. */
  readonly groups: Map<string, Group>;
  readonly shares: Map<string, Share>;
  /** How far beyond the workspace that is owed most others may be, of each resource, while dates alone decide; looked up again every few grants. */
  readonly windows: Record<Resource, number>;
  /** Of the last step. */
  instantMs: number;
  /** Running attempts that can be handed back at a border. */
  bordered: number;
  /** Grants so far. */
  granted: number;
  /** How often a task came to wait so far. */
  queued: number;
  /** Where each waiting task stands. */
  readonly entries: Map<string, { readonly group: Group; readonly entry: Entry }>;
  /** Tasks that may not start yet. */
  readonly later: Map<string, Demand>;
  readonly attempts: Map<string, Attempt>;
  /** Since when tasks that had their turn wait for a runner that holds their inputs. */
  readonly held: Map<string, number>;
  /** Tasks that cannot start yet, of which something that they will read is there. */
  readonly coming: Map<string, Coming>;
  /** Those of them of which a runner is still to be told something. */
  readonly untold: Set<string>;
  /** How often tasks of a model come, per millisecond. */
  readonly rates: Map<string, Rate>;
  /** On which product tasks of a group ran last: its times serve as the guess for those that wait. */
  readonly products: Map<string, string>;
  readonly followUps: FollowUps;
};

/** A scheduler that knows of nothing yet. */
export function openState(): State {
  return {
    fleet: createFleet(),
    costs: createCosts(),
    groups: new Map(),
    shares: new Map(),
    instantMs: Number.NEGATIVE_INFINITY,
    bordered: 0,
    granted: 0,
    queued: 0,
    windows: { gpu: 0, slot: 0 },
    entries: new Map(),
    later: new Map(),
    attempts: new Map(),
    held: new Map(),
    coming: new Map(),
    untold: new Set(),
    rates: new Map(),
    products: new Map(),
    followUps: createFollowUps(),
  };
}

/** The account of a workspace, opened when it is first heard of. */
export function shareOf(state: State, workspace: string): Share {
  const known = state.shares.get(workspace);
  if (known !== undefined) return known;
  const share = createShare(workspace);
  state.shares.set(workspace, share);
  return share;
}

/** Looks again at how far others may be ahead. */
export function setWindows({ windows, shares }: State): void {
  for (const resource of ['gpu', 'slot'] as const) windows[resource] = windowOf(shares, resource);
}
