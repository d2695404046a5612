import { FilmwrightError, type Fleet, type QueueEntry } from '@filmwright/contracts';
import { inAbout } from '@filmwright/core';
import { filmwrightHome } from '../platform/home.ts';
import { runningPlatform } from '../platform/running-platform.ts';
import { tableLines } from '../show/rows-table.ts';

export type QueueOptions = { readonly words: readonly string[]; readonly json: boolean };

/** So many tasks are told one by one by `--json`. */
const mostTasks = 10_000;

/** Prints what waits for a runner: each film with its reason and when it is expected to start; with `--json` each task too. */
export async function queue({ words, json }: QueueOptions): Promise<void> {
  if (words.length > 0) throw new FilmwrightError('request-invalid', `queue takes no ${words.join(' ')}. Run \`filmwright --help\`.`);
  const client = await runningPlatform(filmwrightHome());
  const fleet = await client.fleet();
  if (json) {
    const tasks: readonly QueueEntry[] = await client.queue({ limit: mostTasks });
    process.stdout.write(`${JSON.stringify({ isLed: fleet.isLed, queue: fleet.queue, tasks })}\n`);
    return;
  }
  process.stdout.write(`${queueText(fleet, Date.now())}\n`);
}

/** The queue as a table, the most pressing first; `nowMs` is milliseconds since the epoch. */
export function queueText({ isLed, queue: lines, runners }: Pick<Fleet, 'isLed' | 'queue' | 'runners'>, nowMs: number): string {
  const there = runners.filter(({ state }) => state !== 'silent');
  const running = runners.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const waiting = lines.reduce((sum, { tasks }) => sum + tasks, 0);
  const sum = `${counted(running, 'task')} at work on ${counted(there.length, 'runner')}, ${waiting} in line.`;
  const notes = isLed ? [] : ['No controller leads just now: nothing is given to any runner until one is back.'];
  if (lines.length === 0) return [...notes, sum].join('\n');
  const several = new Set(lines.map(({ workspace }) => workspace)).size > 1;
  const columns = [
    ...(several ? [{ title: 'workspace' }] : []),
    { title: 'priority' },
    { title: 'film' },
    { title: 'tasks', right: true },
    { title: 'starts' },
    { title: 'due' },
    { title: 'why it waits' },
  ];
  const cells = lines.map(({ workspace, priority, title, tasks, expectedStartAt, deadline, reason }) => [
    ...(several ? [workspace] : []),
    priority,
    shortened(title),
    String(tasks),
    expectedStartAt === null ? 'unknown' : inAbout(Date.parse(expectedStartAt) - nowMs).replace(/^in about /, ''),
    deadline === null ? '' : minuteText(deadline),
    reason,
  ]);
  return [...tableLines(columns, { cells, whole: () => false }), ...notes, sum].join('\n');
}

/** `2030-12-24 18:00`, as the clock of this machine has it. */
function minuteText(iso: string): string {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

const longestTitle = 32;

function shortened(title: string): string {
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
