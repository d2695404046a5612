import type { Change } from '../src/demand.ts';
import { tellComing } from './fetch-ahead.ts';
import { factsOf, type World } from './world.ts';

/**
 * All that a policy must be told that begins in the middle: what there is, what runs and what waits. A runner that has
 * fallen silent counts as there, since nobody has noticed yet; what was about to be told to the policy before is in it.
 */
export const tellAll = (world: World): readonly Change[] => {
  const changes: Change[] = [...world.models.values()].map((model) => ({ type: 'model', model }));
  for (const workspace of world.workspaces.values()) changes.push({ type: 'workspace', workspace });
  for (const runner of world.runners.values()) if (runner.state !== 'away') changes.push({ type: 'runner', runner: factsOf(runner) });
  for (const task of world.live.values()) {
    const { run } = task;
    if (run === null || task.withdrawn) continue;
    const devices = run.devices.map(({ facts }) => facts.id);
    changes.push({ type: 'running', task: task.demand, runner: run.runner.first.id, devices, sinceMs: run.grantedMs });
  }
  for (const task of world.live.values()) if (task.run === null) changes.push({ type: 'task', task: task.demand });
  world.changes = [];
  for (const { planned } of world.blocked.values()) tellComing(world, { planned, sources: planned.after ?? [] });
  changes.push(...world.changes);
  world.changes = [];
  world.altered.clear();
  return changes;
};
