import { FilmwrightError, type Fleet, type Queue } from '@filmwright/contracts';
import { inAbout } from '@filmwright/core/wait/wait-text';
import { askedPlatform, type PlatformWords } from '../platform/asked-platform.ts';
import { tableLines } from '../show/rows-table.ts';

export type QueueOptions = PlatformWords & { readonly words: readonly string[]; readonly json: boolean };

/** So many tasks are told one by one by `--json`. */
const mostTasks = 10_000;

/** Prints what waits for a runner: each film with its reason and when it is expected to start; with `--json` each task too. A token of one workspace shows its own. */
export async function queue({ words, json, ...place }: QueueOptions): Promise<void> {
  if (words.length > 0) throw new FilmwrightError('request-invalid', `queue takes no ${words.join(' ')}. Run \`filmwright --help\`.`);
  const client = await askedPlatform(place);
  const fleet = await client.fleet().catch((error: unknown) => {
    if (error instanceof FilmwrightError && error.code === 'forbidden') return null;
    throw error;
  });
  const { tasks, films } = json || fleet === null ? await client.queue({ limit: mostTasks }) : { tasks: [], films: [] };
  const lines = fleet?.queue ?? linesOf({ tasks, films });
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...(fleet && { isLed: fleet.isLed }), queue: lines, tasks })}\n`);
    return;
  }
  process.stdout.write(`${queueText({ isLed: fleet?.isLed ?? true, queue: lines, runners: fleet?.runners ?? null }, Date.now())}\n`);
}

/** What waits of one workspace as films: each with what it waits for as a whole, else with what its first task does. */
function linesOf({ tasks, films }: Queue): Fleet['queue'] {
  const lines = new Map<string, Fleet['queue'][number]>(
    films.map((film) => [film.build, { workspace: '', tasks: 0, expectedStartAt: null, ...film }]),
  );
  for (const { build, title, priority, deadline, expectedStartAt, reason } of tasks) {
    const known = lines.get(build) ?? { ...{ workspace: '', build, title, priority, deadline, tasks: 0 }, expectedStartAt, reason };
    lines.set(build, { ...known, tasks: known.tasks + 1 });
  }
  return [...lines.values()];
}

type Shown = Pick<Fleet, 'isLed' | 'queue'> & { readonly runners: Fleet['runners'] | null };

/** The queue as a table, the most pressing first; `nowMs` is milliseconds since the epoch. Runners are null for who may not see them. */
export function queueText({ isLed, queue: lines, runners }: Shown, nowMs: number): string {
  const there = runners?.filter(({ state }) => state !== 'silent') ?? [];
  const running = (runners ?? []).reduce((sum, { tasks }) => sum + tasks.length, 0);
  const waiting = lines.reduce((sum, { tasks }) => sum + tasks, 0);
  const atWork = runners === null ? '' : `${counted(running, 'task')} at work on ${counted(there.length, 'runner')}, `;
  const sum = `${atWork}${waiting} in line.`;
  const notes = isLed ? [] : ['No controller leads just now: nothing is given to any runner until one is back.'];
  if (lines.length === 0) return [...notes, sum].join('\n');
  const several = new Set(lines.map(({ workspace }) => workspace)).size > 1;
  const columns = [
    ...(several ? [{ title: 'workspace' }] : []),
    { title: 'priority' },
    { title: 'build' },
    { title: 'film' },
    { title: 'tasks', right: true },
    { title: 'starts' },
    { title: 'due' },
    { title: 'why it waits' },
  ];
  const cells = lines.map(({ workspace, priority, build, title, tasks, expectedStartAt, deadline, reason }) => [
    ...(several ? [workspace] : []),
    priority,
    build,
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
