import { priorities } from '../../packages/scheduler/src/demand.ts';
import { modelBuilds } from './model-rows.ts';
import type { ModelBuild } from './play-leaders.ts';
import { randomReads } from './random-reads.ts';

/** Builds of which those of one workspace have tasks in common; a later one begins while an earlier runs, or after it. */
export function randomBuilds(random: () => number): readonly ModelBuild[] {
  const reads = new Map<string, ModelBuild['reads']>();
  return modelBuilds.map(({ id, workspaceId }, index) => {
    const before = reads.get(workspaceId);
    const own = before ?? randomReads(random);
    reads.set(workspaceId, own);
    const fromMs = index === 0 ? 0 : before === undefined ? random() * 2500 : random() < 0.5 ? random() * 4000 : 4000 + random() * 16_000;
    // Later ones are mostly the more pressing, so that they come upon work that is to give way.
    const priority = priorities[Math.floor(random() ** (index === 0 ? 0.5 : 2) * priorities.length)] ?? 'normal';
    return { id, workspaceId, priority, fromMs, reads: own, places: randomPlaces(own, random) };
  });
}

/** Some places with all that those read; one at least. */
function randomPlaces(reads: ModelBuild['reads'], random: () => number): readonly number[] {
  const chosen = new Set(reads.flatMap((_, place) => (random() < 0.8 ? [place] : [])));
  if (chosen.size === 0) chosen.add(0);
  for (let place = reads.length - 1; place >= 0; place--) if (chosen.has(place)) for (const one of reads[place] ?? []) chosen.add(one);
  return [...chosen].sort((a, b) => a - b);
}
