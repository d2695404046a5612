import type { Demand, Priority } from './demand.ts';
import { priorities } from './demand.ts';
import { addToLine, createLine, type Entry, takeFromLine, type WaitingLine } from './waiting-line.ts';

/** Waiting tasks that can run in the same places, whoever they are of. */
export type Group = {
  readonly key: string;
  /** As `key`, wherever its tasks were tried. */
  readonly placeKey: string;
  readonly capability: string;
  readonly model: string | null;
  readonly gpus: number;
  readonly vramMib: number;
  readonly region: string | null;
  readonly pool: string | null;
  /** Runners by their names on which its tasks failed, and those of them that are left to others, since another can do these. */
  readonly tried: readonly string[];
  avoided: ReadonlySet<string>;
  /** Its tasks run where nothing else does. */
  readonly alone: boolean;
  /** One line for each workspace, of each priority. */
  readonly bands: Readonly<Record<Priority, Map<string, WaitingLine>>>;
  count: number;
  workMs: number;
  /** Why none of it was placed in the last step; empty where it was not looked at. */
  held: string;
};

/** How long a task without a deadline waits before it is due; nothing is lost when it is not met. */
export const patienceMs: Readonly<Record<Priority, number>> = { interactive: 30_000, normal: 15 * 60_000, bulk: 6 * 3_600_000 };
/** Working memory is compared in steps, so that tasks of nearly the same need wait together. */
const vramStepMib = 512;

/** Tasks of one such key find the same places, wherever they were tried. */
export function placeKey(task: Pick<Demand, 'capability' | 'model' | 'gpus' | 'vramMib' | 'region' | 'pool'>): string {
  return [task.capability, task.model ?? '', task.gpus, vramOf(task), task.region ?? '', task.pool ?? ''].join('|');
}

export function groupKey(task: Demand): string {
  const { tried = [], alone = false } = task;
  const key = placeKey(task);
  return tried.length === 0 && !alone ? key : [key, alone ? 'alone' : '', ...tried.toSorted()].join('|');
}

export function createGroup(task: Demand): Group {
  const { capability, model, gpus, region, pool, tried = [], alone = false } = task;
  const bands = { interactive: new Map(), normal: new Map(), bulk: new Map() };
  const where = { capability, model, gpus, vramMib: vramOf(task), region, pool, tried, alone, avoided: new Set<string>() };
  return { key: groupKey(task), placeKey: placeKey(task), ...where, bands, count: 0, workMs: 0, held: '' };
}

/** When a task is due; one without a deadline once it waited for long. */
export function dueMsOf({ deadlineMs, submittedMs, priority }: Demand): number {
  return deadlineMs ?? submittedMs + patienceMs[priority];
}

/** Adds a task with what its work is thought to be; `number` is higher with each that comes to wait. */
export function addToGroup(group: Group, { task, workMs, number }: Pick<Entry, 'task' | 'workMs' | 'number'>): Entry {
  const band = group.bands[task.priority];
  const line = band.get(task.workspace) ?? createLine(task.workspace);
  band.set(task.workspace, line);
  const entry: Entry = { task, workMs, number, dueMs: dueMsOf(task), gone: false };
  addToLine(line, entry);
  group.count++;
  group.workMs += workMs;
  return entry;
}

export function takeFromGroup(group: Group, entry: Entry): void {
  const band = group.bands[entry.task.priority];
  const line = band.get(entry.task.workspace);
  if (line === undefined || entry.gone) return;
  takeFromLine(line, entry);
  if (line.count === 0) band.delete(entry.task.workspace);
  group.count--;
  group.workMs -= entry.workMs;
}

/** Lines of a group with their priority, most pressing first. */
export function* linesOf(group: Group): Generator<readonly [Priority, WaitingLine]> {
  for (const priority of priorities) for (const line of group.bands[priority].values()) yield [priority, line];
}

function vramOf(task: Pick<Demand, 'vramMib'>): number {
  return Math.ceil(task.vramMib / vramStepMib) * vramStepMib;
}
