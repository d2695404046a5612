import type { Demand } from './demand.ts';
import type { Group } from './group.ts';
import { type GoesBefore, goesBeforeAt, openPlaces, type Places } from './place-in-line.ts';
import { aboutToBegin, behindReason, cappedReason, eachPlaced, lineOf, type WhyNot, whyNot } from './standings.ts';
import type { State } from './state.ts';
import type { Entry } from './waiting-line.ts';

/**
 * Where all waiting tasks stand, as it was looked at once, and brought up from then on to who came and who went: that takes some milliseconds where looking at
 * all anew takes a second. Who goes before whom, when tasks are expected to start and how runners are stays as it was looked at.
 */
export type Lineup = {
  readonly instantMs: number;
  readonly goesBefore: GoesBefore;
  readonly lines: LineNow[];
  readonly byName: Map<string, LineNow>;
  /** The latest of each task, by its name. */
  readonly stands: Map<string, Stand>;
  /** By the keys of groups. */
  readonly whys: Map<string, WhyNot>;
  /** What tasks that are about to begin waited for before. */
  readonly said: Map<string, string>;
  /** Those that came since and may not start yet. */
  later: readonly Stand[];
  /** Tasks of higher numbers came since. */
  newest: number;
};

/** A task in its line, or in none while it may not start yet. Its reason is said where it `stays`, at each place of the line the same, or where it stood first; else how many go before it. */
export type Stand = {
  readonly task: Demand;
  readonly entry: Entry | null;
  readonly group: Group | null;
  readonly line: LineNow | null;
  /** How many stood before it when all was looked at; of one that came since, between two of those. */
  place: number;
  readonly expectedStartMs: number | null;
  readonly reason: string;
  readonly stays: boolean;
};
type InLine = Stand & { readonly entry: Entry };

/** A line: who stood in it when all was looked at, by their places, and what changed since: the places that were left, and the places of those that came, in order. */
export type LineNow = {
  readonly number: number;
  readonly stands: InLine[];
  /** Those that came since, by before whom they go, in order. */
  readonly between: Map<number, InLine[]>;
  readonly places: Places;
  gone: readonly number[];
  came: readonly number[];
  /** What the first of it waits for; nothing where none waits. */
  first: string;
};

type Looking = { readonly instantMs: number; readonly before: Lineup | null };

/** From one of those that go before the same to the next. */
const step = 2 ** -20;

/** Looks where all tasks stand, with null for moments at which others may have their turn; `before` is what was told last. The lineup is whole once all were given. */
export function lineUp(state: State, { instantMs, before }: Looking): { readonly lineup: Lineup; readonly each: Iterable<Stand | null> } {
  const lineup: Lineup = {
    ...{ instantMs, goesBefore: goesBeforeAt(instantMs), lines: [], byName: new Map(), stands: new Map() },
    ...{ whys: new Map(), said: new Map(), later: [], newest: state.queued },
  };
  return { lineup, each: fill(lineup, state, before) };
}

function* fill(lineup: Lineup, state: State, before: Lineup | null): Generator<Stand | null> {
  for (const placed of eachPlaced(state, lineup.instantMs)) {
    if (placed === null) {
      yield null;
      continue;
    }
    const { task, entry, group, position: place, expectedStartMs, stays, why } = placed;
    const reason = stays || place === 0 ? placed.reason : '';
    const line = placed.line === null ? null : lineNamed(lineup, placed.line);
    const stand: Stand = { task, entry, group, line, place, expectedStartMs, reason, stays };
    if (line !== null && entry !== null) {
      line.stands.push(stand as InLine);
      line.places.push(entry);
    }
    if (group !== null && why !== null && !lineup.whys.has(group.key)) lineup.whys.set(group.key, why);
    // What was told anew meanwhile is taken up as something that came.
    if (lineup.stands.has(task.id)) continue;
    lineup.stands.set(task.id, stand);
    if (line !== null && place === 0) line.first = reason;
    if (reason === aboutToBegin) lineup.said.set(task.id, (before && reasonNow(before, task.id)) ?? reason);
    yield stand;
  }
}

/** Brings a lineup up to the last step; gives those that wait of those that came since it was looked at. */
export function bringUp(lineup: Lineup, state: State, instantMs: number): readonly Stand[] {
  if (state.queued > lineup.newest)
    for (const [id, { group, entry }] of state.entries)
      if (entry.number > lineup.newest && lineup.stands.get(id)?.entry !== entry) takeUp(lineup, state, { group, entry, instantMs });
  lineup.newest = state.queued;
  const later = lineup.later.filter(({ task }) => state.later.get(task.id) === task);
  for (const task of state.later.values()) {
    if (lineup.stands.get(task.id)?.task === task) continue;
    const reason = `it is tried again in ${Math.ceil((task.readyMs - instantMs) / 1000)} s`;
    const stand: Stand = {
      ...{ task, entry: null, group: null, line: null, place: 0 },
      expectedStartMs: task.readyMs,
      reason,
      stays: true,
    };
    lineup.stands.set(task.id, stand);
    later.push(stand);
  }
  lineup.later = later;
  return [...later, ...lineup.lines.flatMap((line) => bringUpLine(line, lineup, { state, instantMs }))];
}

/** Where something stands that is in a lineup: how many of its line go before it. */
export function positionNow({ line, place }: Stand): number {
  return line === null ? 0 : Math.ceil(place) - countBelow(line.gone, place) + countBelow(line.came, place);
}

/** What a task waits for, or waited for before it was about to begin; undefined for what is in no lineup. */
export function reasonNow({ stands, said }: Lineup, id: string): string | undefined {
  const stand = stands.get(id);
  if (stand === undefined || stand.line === null || stand.stays) return stand?.reason;
  const position = positionNow(stand);
  if (position > 0) return behindReason(position);
  return stand.line.first === aboutToBegin ? (said.get(id) ?? aboutToBegin) : stand.line.first;
}

type Newcomer = { readonly group: Group; readonly entry: Entry; readonly instantMs: number };

/** Puts what came between those that stood there. It is expected when the one behind it was, until all is looked at again. */
function takeUp(lineup: Lineup, state: State, { group, entry, instantMs }: Newcomer): void {
  const line = lineNamed(lineup, lineOf(state, group));
  const at = line.places.find(entry);
  const same = line.between.get(at) ?? [];
  line.between.set(at, same);
  const { task } = entry;
  const stays = cappedReason(state, task) ?? whyOf(lineup, state, { group, instantMs }).stays;
  const { expectedStartMs = null } = line.stands[at] ?? line.stands.at(-1) ?? {};
  const stand: InLine = { task, entry, group, line, place: at, expectedStartMs, reason: stays ?? '', stays: stays !== null };
  const before = same.findIndex((other) => lineup.goesBefore(entry, other.entry));
  same.splice(before < 0 ? same.length : before, 0, stand);
  for (let of = before < 0 ? same.length - 1 : before; of < same.length; of++) (same[of] as InLine).place = at - 1 + step * (of + 1);
  lineup.stands.set(task.id, stand);
}

type Now = { readonly state: State; readonly instantMs: number };

/** Takes up who left a line and who is the first of it now; gives those that came and wait. */
function bringUpLine(line: LineNow, lineup: Lineup, { state, instantMs }: Now): readonly Stand[] {
  const gone: number[] = [];
  let first: InLine | null = null;
  for (const stand of line.stands) {
    if (stand.entry.gone) gone.push(stand.place);
    else first ??= stand;
  }
  const came = [...line.between.values()].flatMap((same) => same.filter(({ entry }) => !entry.gone)).sort((a, b) => a.place - b.place);
  const [newest] = came;
  if (newest !== undefined && (first === null || newest.place < first.place)) first = newest;
  const id = first?.task.id ?? '';
  const before = reasonNow(lineup, id);
  const reason = first === null ? '' : firstReason(lineup, first, { state, instantMs });
  if (reason === aboutToBegin && before !== undefined && before !== '') lineup.said.set(id, before);
  line.gone = gone;
  line.came = came.map(({ place }) => place);
  line.first = reason;
  return came;
}

function firstReason(lineup: Lineup, { task, stays, reason, group: of }: InLine, { state, instantMs }: Now): string {
  const group = state.entries.get(task.id)?.group ?? of;
  if (stays || group === null) return reason;
  return cappedReason(state, task) ?? whyOf(lineup, state, { group, instantMs }).first(group);
}

/** What tasks of a group wait for, by how runners were when that was first asked of this lineup. */
function whyOf({ whys }: Lineup, state: State, { group, instantMs }: Omit<Newcomer, 'entry'>): WhyNot {
  const known = whys.get(group.key);
  if (known !== undefined) return known;
  const why = whyNot(state, group, instantMs);
  whys.set(group.key, why);
  return why;
}

function lineNamed({ byName, lines, goesBefore }: Lineup, name: string): LineNow {
  const known = byName.get(name);
  if (known !== undefined) return known;
  const line: LineNow = {
    number: lines.length,
    stands: [],
    between: new Map(),
    places: openPlaces(goesBefore),
    gone: [],
    came: [],
    first: '',
  };
  lines.push(line);
  byName.set(name, line);
  return line;
}

/** How many of an ordered list are below a number. */
function countBelow(list: readonly number[], number: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
