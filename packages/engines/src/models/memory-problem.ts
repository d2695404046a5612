import type { ModelCard } from '@filmwright/contracts';

/** Why a model cannot run on a machine with so much memory, or null: the least that one of its tiers needs. A model that may run on a GPU is not judged here. */
export function memoryProblem({ needs }: Pick<ModelCard, 'needs'>, totalBytes: number): string | null {
  const needed = needs.tiers.flatMap(({ tier, ramMb }) => (tier === 'cpu' && ramMb !== null ? [ramMb] : []));
  if (needed.length === 0 || needs.tiers.some(({ tier }) => tier !== 'cpu')) return null;
  const leastMb = Math.min(...needed);
  return leastMb * 1e6 <= totalBytes ? null : `it needs ${leastMb} MB of memory, this machine has ${Math.round(totalBytes / 1e6)} MB`;
}
