import type { Decision } from '../src/demand.ts';
import { keepLink, leaveAhead } from './fetch-ahead.ts';
import { passLoad, sourceOf } from './spare-memory.ts';
import { transferMs } from './transfer.ts';
import { counts, stopWaiting } from './waiting.ts';
import { loadMsOf, swapWeights, tierOf } from './weights.ts';
import type { LiveTask, Run, World, WorldDevice, WorldRunner } from './world.ts';

type Grant = Extract<Decision, { type: 'grant' }>;
/** A grant with what it names, as it is. */
type Placed = {
  readonly grant: Grant;
  readonly tasks: readonly LiveTask[];
  readonly runner: WorldRunner;
  readonly devices: readonly WorldDevice[];
};

const check = (holds: boolean, told: { readonly decision: Decision; readonly world: World; readonly fault: string }): void => {
  if (holds) return;
  throw new Error(`At ${told.world.nowMs} ms a decision cannot be carried out: ${told.fault}. Decision: ${JSON.stringify(told.decision)}.`);
};

const tasksOf = (world: World, grant: Grant): LiveTask[] => {
  const demand = (holds: boolean, fault: string): void => check(holds, { decision: grant, world, fault });
  demand(grant.tasks.length > 0 && new Set(grant.tasks).size === grant.tasks.length, 'its tasks must be at least one, and each once');
  return grant.tasks.map((id) => {
    const task = world.live.get(id);
    demand(task !== undefined, `task ${id} is not known, over, withdrawn or not told yet`);
    demand(task?.run === null, `task ${id} runs already`);
    demand((task?.demand.readyMs ?? 0) <= world.nowMs, `task ${id} must wait until ${task?.demand.readyMs} ms`);
    return task as LiveTask;
  });
};

const checkTogether = (world: World, place: Pick<Placed, 'grant' | 'tasks'>): void => {
  const { grant, tasks } = place;
  const demand = (holds: boolean, fault: string): void => check(holds, { decision: grant, world, fault });
  const first = tasks[0] as LiveTask;
  if (tasks.length === 1) return;
  demand(first.demand.batch !== null, `task ${first.demand.id} runs alone`);
  for (const { demand: other } of tasks) {
    demand(other.batch === first.demand.batch, `task ${other.id} is of another batch than ${first.demand.id}`);
    demand(tasks.length <= other.batchMost, `task ${other.id} allows ${other.batchMost} in a batch, found ${tasks.length}`);
  }
};

const checkPlace = (world: World, place: Omit<Placed, 'devices'>): void => {
  const { grant, tasks, runner } = place;
  const demand = (holds: boolean, fault: string): void => check(holds, { decision: grant, world, fault });
  demand(runner.state !== 'away', `runner ${grant.runner} is not here`);
  demand(runner.state !== 'draining', `runner ${grant.runner} drains`);
  for (const { demand: wanted } of tasks) {
    demand(runner.first.capabilities.includes(wanted.capability), `runner ${grant.runner} cannot do ${wanted.capability}`);
    demand(wanted.region === null || wanted.region === runner.first.region, `runner ${grant.runner} is not in region ${wanted.region}`);
    demand(wanted.pool === null || wanted.pool === runner.first.pool, `runner ${grant.runner} is not of pool ${wanted.pool}`);
    demand(grant.devices.length === wanted.gpus, `task ${wanted.id} wants ${wanted.gpus} GPUs, found ${grant.devices.length}`);
  }
  if (grant.devices.length === 0)
    demand(runner.slotsTaken < runner.first.slots, `all ${runner.first.slots} slots of ${grant.runner} are taken`);
};

const devicesOf = (world: World, place: Pick<Placed, 'grant' | 'runner'>): WorldDevice[] => {
  const { grant, runner } = place;
  const demand = (holds: boolean, fault: string): void => check(holds, { decision: grant, world, fault });
  demand(new Set(grant.devices).size === grant.devices.length, 'a device is named twice');
  const devices = grant.devices.map((id) => {
    const device = runner.devices.get(id);
    demand(device !== undefined, `runner ${grant.runner} has no device ${id}`);
    demand(device?.run === null, `device ${id} of ${grant.runner} is busy`);
    return device as WorldDevice;
  });
  const fabrics = new Set(devices.map((device) => device.facts.fabric));
  demand(fabrics.size <= 1, `its devices are of different fabrics: ${[...fabrics].join(', ')}`);
  return devices;
};

const checkWeights = (world: World, place: Placed): void => {
  const { grant, tasks, runner, devices } = place;
  const demand = (holds: boolean, fault: string): void => check(holds, { decision: grant, world, fault });
  const model = tasks[0]?.demand.model ?? null;
  demand(
    tasks.every((task) => task.demand.model === model),
    'its tasks want different models',
  );
  demand(model === null || world.models.has(model), `model ${model} is not known`);
  for (const old of grant.evict) {
    demand(old !== model, `model ${old} is both wanted and evicted`);
    demand(
      devices.some((device) => device.resident.has(old)),
      `model ${old} is on none of its devices`,
    );
  }
  const tier = tierOf({ runner, devices }, devices.length === 0 ? null : model);
  const settled = ['none', 'resident'];
  demand(grant.tier === tier || !(settled.includes(tier) || settled.includes(grant.tier)), `the weights are ${tier}, found ${grant.tier}`);
  const working = Math.max(...tasks.map((task) => task.demand.vramMib));
  for (const device of devices) {
    const stay = [...device.resident].filter((id) => id !== model && !grant.evict.includes(id));
    const weights = (model === null ? stay : [...stay, model]).reduce((sum, id) => sum + (world.models.get(id)?.vramMib ?? 0), 0);
    demand(
      weights + working <= device.facts.vramMib,
      `device ${device.facts.id} has ${device.facts.vramMib} MiB, weights of ${weights} MiB and work of ${working} MiB do not fit`,
    );
  }
};

const checkCaps = (world: World, place: Pick<Placed, 'grant' | 'tasks'>): void => {
  const added = new Map<string, number>();
  for (const { demand } of place.tasks) added.set(demand.workspace, (added.get(demand.workspace) ?? 0) + 1);
  for (const [workspace, more] of added) {
    const cap = world.workspaces.get(workspace)?.cap ?? null;
    const running = world.running.get(workspace) ?? 0;
    const fault = `workspace ${workspace} may run ${cap} tasks, runs ${running} and would run ${more} more`;
    check(cap === null || running + more <= cap, { decision: place.grant, world, fault });
  }
};

/** Inputs that are not on the runner yet, over the links as they are shared at this instant; what was to be fetched ahead waits meanwhile. */
const fetchMsOf = (world: World, place: Pick<Placed, 'tasks' | 'runner'>): number => {
  const { network } = world.scenario;
  if (network === null) return 0;
  let mib = 0;
  for (const { planned } of place.tasks) {
    mib += planned.inputMib ?? 0;
    for (const source of planned.after ?? []) {
      const holders = world.holders.get(source);
      if (holders === undefined || holders.has(place.runner.first.id)) continue;
      holders.add(place.runner.first.id);
      leaveAhead(place.runner, source);
      mib += world.outputMib.get(source) ?? 0;
    }
  }
  const ms = transferMs(world, mib);
  if (ms > 0) keepLink(world, { runner: place.runner, forMs: ms });
  return ms;
};

/** Carries out a grant, or throws where the truth does not allow it. A silent runner takes it, and nothing comes of it. */
export const carryOutGrant = (world: World, grant: Grant): void => {
  const tasks = tasksOf(world, grant);
  const runner = world.runners.get(grant.runner);
  check(runner !== undefined, { decision: grant, world, fault: `runner ${grant.runner} is not known` });
  const place = { grant, tasks, runner: runner as WorldRunner };
  checkTogether(world, place);
  checkPlace(world, place);
  const devices = devicesOf(world, place);
  checkWeights(world, { ...place, devices });
  checkCaps(world, place);
  start(world, { ...place, devices });
};

const start = (world: World, place: Placed): void => {
  const { grant, tasks, runner, devices } = place;
  const { scenario, random, nowMs } = world;
  const model = devices.length === 0 ? null : (tasks[0]?.demand.model ?? null);
  const facts = model === null ? undefined : world.models.get(model);
  const tier = tierOf({ runner, devices }, model);
  if (tier !== grant.tier) world.surprises += 1;
  const source = sourceOf({ runner, model, tier });
  const loadMs = loadMsOf(facts, source) * random.factor(scenario.loadSpread) + fetchMsOf(world, { tasks, runner });
  passLoad(world, { runner, model, source, loadMs });
  swapWeights(world, { runner, devices, evict: grant.evict, model });
  const product = devices[0]?.facts.product;
  const speed = product === undefined ? 1 : (scenario.speeds[product] ?? 1);
  const longest = Math.max(...tasks.map((task) => task.restMs));
  const whole = longest + scenario.batchPart * (tasks.reduce((sum, task) => sum + task.restMs, 0) - longest);
  const workMs = nowMs + scenario.grantMs + loadMs;
  const run: Run = {
    tasks,
    runner,
    devices,
    tier,
    grantedMs: nowMs,
    workMs,
    loadMs,
    speed,
    model,
    endMs: workMs + whole / speed,
    storesMib: tasks.reduce((sum, task) => sum + (task.planned.outputMib ?? 0), 0),
    handsBack: false,
    fails: scenario.failPart > 0 && random.next() < scenario.failPart,
    over: false,
  };
  for (const device of devices) device.run = run;
  if (devices.length === 0) runner.slotsTaken += 1;
  runner.runs.add(run);
  const held = Math.max(1, devices.length);
  for (const task of tasks) {
    const { workspace } = task.demand;
    task.run = run;
    task.attempts += 1;
    world.running.set(workspace, (world.running.get(workspace) ?? 0) + 1);
    if (counts(world, task)) world.fairness.holds({ workspace, by: held / tasks.length, atMs: nowMs });
    stopWaiting(world, task);
  }
  if (runner.state === 'here') world.events.put(run.endMs, { type: 'ends', run, endMs: run.endMs });
};

/** Asks for a task to be handed back at its next border, or throws where there is nothing to hand back. */
export const carryOutPreempt = (world: World, decision: Extract<Decision, { type: 'preempt' }>): void => {
  const demand = (holds: boolean, fault: string): void => check(holds, { decision, world, fault });
  const task = world.live.get(decision.task);
  const run = task?.run ?? null;
  demand(run !== null, `task ${decision.task} does not run`);
  demand(run?.runner.first.id === decision.runner, `task ${decision.task} runs on ${run?.runner.first.id}`);
  demand(world.live.get(decision.for)?.run === null, `task ${decision.for}, for which it should go, does not wait`);
  if (task === undefined || run === null) return;
  const bordersMs = task.demand.bordersMs;
  demand(bordersMs !== null, `task ${decision.task} has no borders`);
  if (run.runner.state === 'silent' || run.handsBack || bordersMs === null) return;
  // All of a batch are asked at once, and are at their borders together.
  const apartMs = bordersMs * run.tasks.length;
  const borders = Math.max(0, Math.ceil((world.nowMs - run.workMs) / apartMs));
  const borderMs = run.workMs + borders * apartMs;
  if (borderMs >= run.endMs) return;
  run.endMs = borderMs;
  run.handsBack = true;
  world.preemptions += 1;
  world.events.put(borderMs, { type: 'ends', run, endMs: borderMs });
};

/** Lets a runner fetch ahead what it was told to, once it hears of it, or throws where there is no such thing to fetch. */
export const carryOutPrefetch = (world: World, decision: Extract<Decision, { type: 'prefetch' }>): void => {
  const demand = (holds: boolean, fault: string): void => check(holds, { decision, world, fault });
  const runner = world.runners.get(decision.runner);
  demand(runner !== undefined, `runner ${decision.runner} is not known`);
  for (const { id } of decision.inputs) demand(world.outputMib.has(id), `nothing was written by ${id}`);
  const ids = decision.inputs.map(({ id }) => id);
  world.events.put(world.nowMs + world.scenario.hintMs, { type: 'hinted', runner: decision.runner, ids });
};
