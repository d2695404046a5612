import type { Pool } from '@filmwright/contracts';
import type { PoolSpec } from '@filmwright/records';

/** How pools get their machines, as the records keep it: of a pool that gets them another way nothing is known. */
export function specsOf(pools: readonly Pool[]): readonly PoolSpec[] {
  return pools.map(({ name, provisioner, models = [], capabilities = null }) => ({
    ...{ name, kinds: capabilities },
    spec: JSON.stringify([provisioner, models]),
  }));
}
