import type { PlannedTask } from './scenario.ts';
import { transferMs } from './transfer.ts';
import type { World, WorldRunner } from './world.ts';

/** Tells what is there by now of what a task will read that cannot start yet; only where links cost time. */
export const tellComing = (world: World, coming: { readonly planned: PlannedTask; readonly sources: readonly string[] }): void => {
  if (world.scenario.network === null) return;
  const inputs = coming.sources.flatMap((id) => {
    const mib = world.outputMib.get(id) ?? 0;
    return mib === 0 ? [] : [{ id, mib, on: [...(world.holders.get(id) ?? [])] }];
  });
  if (inputs.length > 0) world.changes.push({ type: 'coming', task: coming.planned.demand, inputs });
};

/** What runs on a runner has its link for so long: what is fetched ahead stands still meanwhile. */
export const keepLink = (world: World, taken: { readonly runner: WorldRunner; readonly forMs: number }): void => {
  const { runner, forMs } = taken;
  const untilMs = Math.max(runner.linkUntilMs, world.nowMs + forMs);
  const longerMs = untilMs - Math.max(runner.linkUntilMs, world.nowMs);
  runner.linkUntilMs = untilMs;
  if (runner.moving === null || longerMs <= 0) return;
  runner.moving.endMs += longerMs;
  world.events.put(runner.moving.endMs, {
    type: 'fetched-ahead',
    runner: runner.first.id,
    id: runner.moving.id,
    endMs: runner.moving.endMs,
  });
};

/** A task fetches by itself what was to be fetched ahead. */
export const leaveAhead = (runner: WorldRunner, id: string): void => {
  runner.ahead.delete(id);
  if (runner.moving?.id === id) runner.moving = null;
};

/** Nothing more is fetched ahead. */
export const dropAhead = (runner: WorldRunner): void => {
  runner.ahead.clear();
  runner.moving = null;
};

/** A runner hears what it may fetch ahead; one that fell silent or went does nothing. */
export const hearAhead = (world: World, hint: { readonly runner: string; readonly ids: readonly string[] }): void => {
  const runner = world.runners.get(hint.runner);
  if (runner?.state !== 'here') return;
  for (const id of hint.ids) if (world.holders.get(id)?.has(hint.runner) !== true) runner.ahead.set(id, world.outputMib.get(id) ?? 0);
  fetchAhead(world, runner);
};

/** Begins to fetch the next thing ahead, once the link of the runner is free. */
export const fetchAhead = (world: World, runner: WorldRunner): void => {
  const [next] = runner.ahead;
  if (runner.moving !== null || next === undefined || runner.state !== 'here') return;
  const { id: runnerId } = runner.first;
  if (runner.linkUntilMs > world.nowMs) {
    world.events.put(runner.linkUntilMs, { type: 'link-free', runner: runnerId });
    return;
  }
  const [id, mib] = next;
  const endMs = world.nowMs + transferMs(world, mib);
  world.aheadMib += mib;
  runner.moving = { id, endMs };
  world.events.put(endMs, { type: 'fetched-ahead', runner: runnerId, id, endMs });
};

/** Something was fetched ahead: it lies there from now on. */
export const settleAhead = (world: World, fetched: { readonly runner: string; readonly id: string; readonly endMs: number }): void => {
  const runner = world.runners.get(fetched.runner);
  if (runner?.moving?.id !== fetched.id || runner.moving.endMs !== fetched.endMs) return;
  runner.moving = null;
  runner.ahead.delete(fetched.id);
  world.holders.get(fetched.id)?.add(fetched.runner);
  fetchAhead(world, runner);
};
