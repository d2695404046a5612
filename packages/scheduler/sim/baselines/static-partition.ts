import type { PolicyMaker } from '../policy.ts';
import type { Scenario } from '../scenario.ts';
import { createInOrder, placesFor } from './in-order.ts';

const workByModel = (scenario: Scenario): ReadonlyMap<string, number> => {
  const work = new Map<string, number>();
  for (const { demand, trueMs } of scenario.tasks()) {
    if (demand.model !== null) work.set(demand.model, (work.get(demand.model) ?? 0) + trueMs * demand.gpus);
  }
  return work;
};

/** Device names by `runner/device`, each with the models that it serves. */
const partition = (scenario: Scenario): ReadonlyMap<string, ReadonlySet<string>> => {
  const devices = scenario.runners.flatMap((runner) => runner.devices.map((device) => `${runner.id}/${device.id}`));
  const work = [...workByModel(scenario)].sort((left, right) => right[1] - left[1]);
  const served = new Map<string, Set<string>>(devices.map((device) => [device, new Set()]));
  if (work.length >= devices.length) {
    const loads = devices.map((device) => ({ device, load: 0 }));
    for (const [model, ms] of work) {
      const least = loads.reduce((best, next) => (next.load < best.load ? next : best));
      least.load += ms;
      served.get(least.device)?.add(model);
    }
    return served;
  }
  const given = new Map(work.map(([model]) => [model, 1]));
  for (let count = work.length; count < devices.length; count += 1) {
    let neediest = work[0]?.[0] ?? '';
    let most = 0;
    for (const [model, ms] of work) {
      const perDevice = ms / (given.get(model) ?? 1);
      if (perDevice <= most) continue;
      most = perDevice;
      neediest = model;
    }
    given.set(neediest, (given.get(neediest) ?? 0) + 1);
  }
  let next = 0;
  for (const [model, count] of given) {
    for (const device of devices.slice(next, next + count)) served.get(device)?.add(model);
    next += count;
  }
  return served;
};

/**
 * Every GPU serves the models it was given, in proportion to all the work that will come, which it is told beforehand:
 * the best that an operator could set up. Tasks of several GPUs, and such without a model, go wherever there is room.
 */
export const createStaticPartition: PolicyMaker = ({ scenario }) => {
  const served = partition(scenario);
  return createInOrder({
    name: 'static-partition',
    lines: 'by-model',
    choose: ({ view, task }) => {
      const places = placesFor(view, task).filter(
        ({ runner, devices }) =>
          task.model === null ||
          task.gpus > 1 ||
          devices.every(({ facts }) => served.get(`${runner.facts.id}/${facts.id}`)?.has(task.model ?? '')),
      );
      const place = places.find(({ devices }) => view.tier(task, devices) === 'resident') ?? places[0];
      return place === undefined ? null : { ...place, reason: 'idle, and set apart for the model' };
    },
  });
};
