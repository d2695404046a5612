import type { PolicyMaker } from '../policy.ts';
import { createRandom } from '../random.ts';
import type { FleetView } from './fleet-view.ts';
import { createInOrder, placesFor } from './in-order.ts';

const heldAnywhere = (view: FleetView, model: string): boolean => {
  for (const runner of view.runners.values()) for (const device of runner.devices) if (device.resident.has(model)) return true;
  return false;
};

const hasRoom = (
  view: FleetView,
  asked: { readonly needed: number; readonly resident: ReadonlySet<string>; readonly vramMib: number },
): boolean => {
  let taken = asked.needed;
  for (const model of asked.resident) taken += view.models.get(model)?.vramMib ?? 0;
  return taken <= asked.vramMib;
};

/** Runs a task only where its model is, or where there is room for it; swaps only for a model that is nowhere. */
export const createResidentOnly: PolicyMaker = ({ seed }) => {
  const random = createRandom(seed, 'resident-only');
  return createInOrder({
    name: 'resident-only',
    lines: 'by-model',
    choose: ({ view, task }) => {
      const places = placesFor(view, task);
      const { model } = task;
      const any = places[random.below(places.length)];
      if (any === undefined) return null;
      if (model === null) return { ...any, reason: 'first in line; needs no model' };
      const holding = places.find(({ devices }) => view.tier(task, devices) === 'resident');
      if (holding !== undefined) return { ...holding, reason: 'an idle GPU holds the model' };
      const needed = task.vramMib + (view.models.get(model)?.vramMib ?? 0);
      const roomy = places.find(({ devices }) =>
        devices.every(({ resident, facts }) =>
          hasRoom(view, { needed: resident.has(model) ? task.vramMib : needed, resident, vramMib: facts.vramMib }),
        ),
      );
      if (roomy !== undefined) return { ...roomy, reason: 'an idle GPU has room for the model' };
      return heldAnywhere(view, model) && task.gpus === 1 ? null : { ...any, reason: 'no GPU holds the model' };
    },
  });
};
