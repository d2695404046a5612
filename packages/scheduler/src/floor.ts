import type { DevicePool } from './fleet.ts';
import { type Forecast, forecast } from './forecast.ts';
import type { Group } from './group.ts';
import { type Pick, pickEntry } from './pick-line.ts';
import type { State } from './state.ts';
import type { Round, Turns } from './turns.ts';

/** A pool of devices, the groups that it serves, and what is known of them in this step. */
export type Floor = {
  readonly state: State;
  readonly pool: DevicePool;
  readonly groups: readonly Group[];
  readonly turns: Turns;
  /** What has its turn later is not looked at. */
  readonly round: Round;
  readonly instantMs: number;
  readonly forecasts: Readonly<Record<Round, Map<Group, Ahead>>>;
  readonly picks: Map<Group, Pick | null>;
};

/** What becomes of a group without a swap, and how many more of it would be late with one device fewer; null while nobody asked. */
export type Ahead = { readonly now: Forecast; harm: number | null };

/** What becomes of a group without a swap, worked out once until something of it is placed. */
export function forecastOf(floor: Floor, group: Group): Forecast {
  return aheadOf(floor, group).now;
}

/** How many tasks of a group would be late with one holder of its model fewer. */
export function harmOf(floor: Floor, group: Group): number {
  const ahead = aheadOf(floor, group);
  ahead.harm ??= forecast(floor.state, group, { ...floor, without: 1 }).missed.length - ahead.now.missed.length;
  return ahead.harm;
}

function aheadOf(floor: Floor, group: Group): Ahead {
  const forecasts = floor.forecasts[floor.round];
  const known = forecasts.get(group) ?? { now: forecast(floor.state, group, floor), harm: null };
  forecasts.set(group, known);
  return known;
}

/** Whose task of a group goes next in this round or before it, looked for once until something of it is placed. */
export function pickOf(floor: Floor, group: Group): Pick | null {
  const pick = nextOf(floor, group);
  return pick === null || pick.round > floor.round ? null : pick;
}

/** As `pickOf`, in whichever round. */
export function nextOf({ turns, picks }: { readonly turns: Turns; readonly picks: Map<Group, Pick | null> }, group: Group): Pick | null {
  const known = picks.get(group);
  if (known !== undefined) return known;
  const pick = pickEntry(turns, group);
  picks.set(group, pick);
  return pick;
}
