import { cpus } from 'node:os';
import { currentCompute } from '../compute/compute.ts';

/** What figures that are measured now are of: the processor by its name, or provider and architecture of a GPU. */
export function measuredDevice(): string {
  const { provider, device } = currentCompute();
  return provider === 'cpu' ? (cpus()[0]?.model.trim() ?? 'cpu') : device;
}
