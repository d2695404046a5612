import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { BuildStanding } from './schedule-store.ts';
import { gatherLines, mostCounted } from './standing-lines.ts';

const tasksAtOnce = 1000;
/** A document is ended with the build that brings it to so many tasks. */
const tasksOfDocument = 5000;

/**
 * Standings as JSON documents, those of many tasks with their lines, written a thousand tasks at a time: those of a hundred thousand would stop whatever else this
 * process does, as would one document of all.
 */
export async function* standingTexts(standings: readonly BuildStanding[]): AsyncGenerator<string> {
  let builds: string[] = [];
  let count = 0;
  let since = 0;
  for (const { buildId, workspaceId, tasks } of standings) {
    const parts: string[] = [];
    const gathered = tasks.length > mostCounted ? gatherLines() : null;
    for (let first = 0; first < tasks.length; first += tasksAtOnce) {
      const some = tasks.slice(first, first + tasksAtOnce);
      if (some.length > 0) parts.push(JSON.stringify(some).slice(1, -1));
      gathered?.add(some);
      since += some.length;
      if (since < tasksAtOnce) continue;
      since = 0;
      await yieldToOthers();
    }
    const build = JSON.stringify({ buildId, workspaceId, ...(gathered !== null && { lines: gathered.lines() }) });
    builds.push(`${build.slice(0, -1)},"tasks":[${parts.join(',')}]}`);
    count += tasks.length;
    if (count < tasksOfDocument) continue;
    yield `[${builds.join(',')}]`;
    builds = [];
    count = 0;
  }
  if (builds.length > 0) yield `[${builds.join(',')}]`;
}
