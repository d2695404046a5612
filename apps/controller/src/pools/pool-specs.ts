import type { Pool } from '@filmwright/contracts';
import { canonicalText } from '@filmwright/core/plan/task-key';
import type { PoolSpec } from '@filmwright/records';

/**
 * How pools get their machines, as the records keep it: of a pool that gets them another way nothing is known. Neither the order of what its machines bring
 * nor that of keys is another way; in what a service is handed the order of a list may be one.
 */
export function specsOf(pools: readonly Pool[]): readonly PoolSpec[] {
  return pools.map(({ name, provisioner, models = [], capabilities = null }) => ({
    ...{ name, kinds: capabilities },
    spec: canonicalText([provisioner, [...new Set(models)].sort()]),
  }));
}
