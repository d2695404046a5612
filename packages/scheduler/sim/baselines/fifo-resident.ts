import type { PolicyMaker } from '../policy.ts';
import { createRandom } from '../random.ts';
import { createInOrder, placesFor } from './in-order.ts';

/** First come, first served, on an idle GPU that holds the model if there is one, else on one drawn at random. */
export const createFifoResident: PolicyMaker = ({ seed }) => {
  const random = createRandom(seed, 'fifo-resident');
  return createInOrder({
    name: 'fifo-resident',
    choose: ({ view, task }) => {
      const places = placesFor(view, task);
      const holding = places.find(({ devices }) => view.tier(task, devices) === 'resident');
      if (holding !== undefined) return { ...holding, reason: 'first in line; an idle GPU holds the model' };
      const place = places[random.below(places.length)];
      return place === undefined ? null : { ...place, reason: 'first in line; no idle GPU holds the model' };
    },
  });
};
