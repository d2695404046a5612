import type { Demand } from '../../src/demand.ts';
import type { PolicyMaker } from '../policy.ts';
import { createRandom, type Random } from '../random.ts';
import type { FleetView } from './fleet-view.ts';
import { createInOrder, type Place, placesFor } from './in-order.ts';

/** In a large idle fleet nearly every place will do: a few draws find one without listing all. */
const draws = 8;

const drawn = (view: FleetView, asked: { readonly task: Demand; readonly random: Random }): Exclude<Place, null> | undefined => {
  const { task, random } = asked;
  const reason = 'first in line; an idle place at random';
  for (let count = 0; count < draws && task.gpus <= 1; count += 1) {
    const device = task.gpus === 1 ? view.idle[random.below(view.idle.length)] : undefined;
    const runner = task.gpus === 1 ? device?.runner : view.withSlots[random.below(view.withSlots.length)];
    if (runner === undefined || !view.allows(task, runner) || (device !== undefined && !view.fits(task, device))) continue;
    return { runner, devices: device === undefined ? [] : [device], reason };
  }
  const places = placesFor(view, task);
  const place = places[random.below(places.length)];
  return place === undefined ? undefined : { ...place, reason };
};

/** First come, first served, on an idle place drawn at random. */
export const createFifo: PolicyMaker = ({ seed }) => {
  const random = createRandom(seed, 'fifo');
  return createInOrder({ name: 'fifo', choose: ({ view, task }) => drawn(view, { task, random }) ?? null });
};
