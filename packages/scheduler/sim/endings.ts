import { holdersOf, ready } from './arrivals.ts';
import { dropAhead, fetchAhead, hearAhead, keepLink, settleAhead, tellComing } from './fetch-ahead.ts';
import { clearSpare, settleRead } from './spare-memory.ts';
import { transferMs } from './transfer.ts';
import { countIn, counts, stopWaiting, tell } from './waiting.ts';
import type { LiveTask, Run, RunRecord, World } from './world.ts';

const finish = (world: World, task: LiveTask): void => {
  const { demand } = task;
  world.live.delete(demand.id);
  world.taskRecords.push({
    id: demand.id,
    workspace: demand.workspace,
    capability: demand.capability,
    model: demand.model,
    priority: demand.priority,
    gpus: demand.gpus,
    readyMs: task.readyMs,
    waitMs: (task.firstWorkMs ?? world.nowMs) - task.readyMs,
    doneMs: world.nowMs,
    deadlineMs: demand.deadlineMs,
    attempts: task.attempts,
    heldMs: task.heldMs,
    offMs: task.toldMs === null ? null : (task.firstWorkMs ?? world.nowMs) - task.toldMs,
  });
  if (!world.keepsDone) return;
  world.done.add(demand.id);
  world.outputMib.set(demand.id, task.planned.outputMib ?? 0);
  for (const id of world.dependents.get(demand.id) ?? []) {
    const blocked = world.blocked.get(id);
    if (blocked === undefined) continue;
    blocked.left -= 1;
    if (blocked.left > 0) {
      tellComing(world, { planned: blocked.planned, sources: [demand.id] });
      continue;
    }
    world.blocked.delete(id);
    const { planMs } = world.scenario;
    if (planMs === 0) ready(world, blocked.planned);
    else world.events.put(world.nowMs + planMs, { type: 'planned', planned: blocked.planned });
  }
  world.dependents.delete(demand.id);
};

/** Told anew: as it was, less the work that is done. */
const tellAnew = (world: World, retold: { task: LiveTask; doneMs?: number; fromMs: number; failedOn?: string }): void => {
  const { task, doneMs = 0, fromMs, failedOn } = retold;
  task.restMs = Math.max(1, task.restMs - doneMs);
  task.demand = {
    ...task.demand,
    estimateMs: Math.max(1, task.demand.estimateMs - doneMs),
    readyMs: fromMs,
    near: holdersOf(world, task.planned),
    ...(failedOn !== undefined && { tried: [...new Set([...(task.demand.tried ?? []), failedOn])] }),
  };
  tell(world, task);
};

const record = (world: World, ended: { readonly run: Run; readonly outcome: RunRecord['outcome'] }): void => {
  const { run, outcome } = ended;
  const { runner, tasks, devices } = run;
  const { nowMs } = world;
  const first = tasks[0] as LiveTask;
  const held = Math.max(1, devices.length);
  world.runRecords.push({
    runner: runner.first.id,
    pool: runner.first.pool,
    workspace: first.demand.workspace,
    model: run.model,
    tier: run.tier,
    held,
    onGpu: devices.length > 0,
    grantedMs: run.grantedMs,
    workMs: Math.min(run.workMs, nowMs),
    endMs: nowMs,
    outcome,
  });
};

/** Takes a run off its runner and tells how each of its tasks ended. */
export const endRun = (world: World, ending: { readonly run: Run; readonly outcome: Exclude<RunRecord['outcome'], 'cut'> }): void => {
  const { run, outcome } = ending;
  const { runner, tasks, devices } = run;
  const { nowMs } = world;
  run.over = true;
  runner.runs.delete(run);
  for (const device of devices) device.run = null;
  if (devices.length === 0) runner.slotsTaken -= 1;
  const held = Math.max(1, devices.length);
  const ranMs = Math.max(0, nowMs - world.scenario.reportMs - run.workMs);
  record(world, ending);
  for (const task of tasks) {
    const { workspace } = task.demand;
    world.running.set(workspace, (world.running.get(workspace) ?? 0) - 1);
    if (counts(world, task)) world.fairness.holds({ workspace, by: -held / tasks.length, atMs: nowMs });
    task.run = null;
    task.heldMs += ((nowMs - run.grantedMs) * held) / tasks.length;
    if (outcome !== 'lost' && run.workMs <= nowMs) task.firstWorkMs ??= run.workMs;
    const told = task.withdrawn && outcome !== 'lost' ? 'failed' : outcome;
    const again = told === 'failed' && !task.withdrawn;
    world.changes.push({ type: 'ended', task: task.demand.id, outcome: told, again, ranMs, loadMs: run.loadMs });
  }
  for (const task of tasks) {
    if (task.withdrawn) world.live.delete(task.demand.id);
    else if (outcome === 'done') {
      if (world.keepsDone) world.holders.set(task.demand.id, new Set([runner.first.id]));
      finish(world, task);
    } else if (outcome === 'failed') tellAnew(world, { task, fromMs: nowMs + world.scenario.retryMs, failedOn: runner.first.id });
    else if (outcome === 'returned') tellAnew(world, { task, doneMs: (ranMs * run.speed) / tasks.length, fromMs: world.nowMs });
  }
  if (outcome !== 'lost') leaveIfEmpty(world, runner.first.id);
};

/** A draining runner goes once nothing runs on it. */
const leaveIfEmpty = (world: World, id: string): void => {
  const runner = world.runners.get(id);
  if (runner?.state !== 'draining' || runner.runs.size > 0) return;
  leave(world, id);
  world.changes.push({ type: 'gone', runner: id });
  world.events.put(world.nowMs + (world.drainMs.get(id) ?? 0), { type: 'returns', runner: id });
};

const leave = (world: World, id: string): void => {
  const runner = world.runners.get(id);
  if (runner === undefined) return;
  const { pool, devices } = runner.first;
  world.presences.push({
    runner: id,
    pool,
    units: devices.length || runner.first.slots,
    onGpu: devices.length > 0,
    fromMs: runner.hereSinceMs,
    toMs: world.nowMs,
  });
  runner.state = 'away';
  runner.inMemory.clear();
  dropAhead(runner);
  clearSpare(runner);
  if (world.keepsDone) for (const holders of world.holders.values()) holders.delete(id);
  for (const device of runner.devices.values()) device.resident.clear();
};

/** Carries out what falls on an instant, other than arrivals. */
export const happen = (world: World, event: ReturnType<World['events']['take']>): void => {
  if (event === undefined) return;
  const { event: what } = event;
  switch (what.type) {
    case 'ends': {
      const { run } = what;
      if (run.over || run.endMs !== what.endMs || run.runner.state === 'silent') return;
      const storeMs = run.handsBack || run.fails ? 0 : transferMs(world, run.storesMib);
      run.storesMib = 0;
      if (storeMs > 0) {
        keepLink(world, { runner: run.runner, forMs: storeMs });
        run.endMs = world.nowMs + storeMs;
        world.events.put(run.endMs, { type: 'ends', run, endMs: run.endMs });
        return;
      }
      const { reportMs } = world.scenario;
      if (reportMs > 0 && world.nowMs < what.endMs + reportMs) {
        world.events.put(what.endMs + reportMs, what);
        return;
      }
      endRun(world, { run, outcome: run.handsBack ? 'returned' : run.fails ? 'failed' : 'done' });
      return;
    }
    case 'dies': {
      const runner = world.runners.get(what.runner);
      if (runner === undefined || runner.state === 'away' || runner.state === 'silent') return;
      runner.state = 'silent';
      world.events.put(world.nowMs + world.scenario.detectMs, { type: 'found-out', runner: what.runner, downMs: what.downMs });
      return;
    }
    case 'found-out': {
      const runner = world.runners.get(what.runner);
      if (runner === undefined) return;
      const lost = [...runner.runs].flatMap((run) => {
        endRun(world, { run, outcome: 'lost' });
        return run.tasks;
      });
      leave(world, what.runner);
      world.changes.push({ type: 'gone', runner: what.runner });
      for (const task of lost.filter(({ withdrawn }) => !withdrawn)) {
        world.changes.push({ type: 'died', runner: what.runner, name: what.runner, task: task.demand });
        tellAnew(world, { task, fromMs: world.nowMs, failedOn: what.runner });
      }
      world.events.put(world.nowMs + what.downMs, { type: 'returns', runner: what.runner });
      return;
    }
    case 'drains': {
      const runner = world.runners.get(what.runner);
      if (runner?.state !== 'here') return;
      runner.state = 'draining';
      world.drainMs.set(what.runner, what.downMs);
      world.altered.add(runner);
      leaveIfEmpty(world, what.runner);
      return;
    }
    case 'returns': {
      const runner = world.runners.get(what.runner);
      if (runner === undefined) return;
      runner.state = 'here';
      runner.hereSinceMs = world.nowMs;
      world.altered.add(runner);
      return;
    }
    case 'rested':
      if (what.task.run === null && !what.task.withdrawn && what.task.demand.readyMs === what.readyMs) countIn(world, what.task);
      return;
    case 'hinted':
      hearAhead(world, what);
      return;
    case 'link-free': {
      const runner = world.runners.get(what.runner);
      if (runner !== undefined) fetchAhead(world, runner);
      return;
    }
    case 'fetched-ahead':
      settleAhead(world, what);
      return;
    case 'weights-read':
      settleRead(world, what);
      return;
    case 'planned':
      ready(world, what.planned);
      return;
    case 'withdrawn':
      withdraw(world, what.task);
      return;
    case 'takeover':
      world.takeover = true;
  }
};

const stopMs = 2000;

/** A waiting task is forgotten at once; a running one is stopped within 2 s and ends as failed, not to be told anew; in a batch it runs to the end. */
const withdraw = (world: World, id: string): void => {
  const task = world.live.get(id);
  if (task === undefined || task.withdrawn) return;
  world.withdrawn += 1;
  world.changes.push({ type: 'withdrawn', task: id });
  task.withdrawn = true;
  if (task.run === null) {
    world.live.delete(id);
    stopWaiting(world, task);
    return;
  }
  if (task.run.tasks.length > 1 || task.run.runner.state === 'silent' || task.run.endMs <= world.nowMs + stopMs) return;
  task.run.endMs = world.nowMs + stopMs;
  world.events.put(task.run.endMs, { type: 'ends', run: task.run, endMs: task.run.endMs });
};

/** Closes the book: runners that are still there have been there until now, and so have runs. */
export const closeBook = (world: World): void => {
  for (const [id, runner] of world.runners) {
    for (const run of runner.runs) record(world, { run, outcome: 'cut' });
    if (runner.state !== 'away') leave(world, id);
  }
};
