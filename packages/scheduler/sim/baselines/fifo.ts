import type { PolicyMaker } from '../policy.ts';
import { createRandom } from '../random.ts';
import { createInOrder, placesFor } from './in-order.ts';

/** First come, first served, on an idle place drawn at random. */
export const createFifo: PolicyMaker = ({ seed }) => {
  const random = createRandom(seed, 'fifo');
  return createInOrder({
    name: 'fifo',
    choose: ({ view, task }) => {
      const places = placesFor(view, task);
      const place = places[random.below(places.length)];
      return place === undefined ? null : { ...place, reason: 'first in line; an idle place at random' };
    },
  });
};
