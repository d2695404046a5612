import type { Problem } from '@filmwright/contracts';
import { installedModels } from '@filmwright/core/plan/installed-models';
import type { GatewayParts } from './gateway-parts.ts';

type Failing = { readonly runnerId: string; readonly records: Pick<GatewayParts['records'], 'runners'> };

/**
 * A problem as it counts for the whole platform: one of a damaged copy of a model may be tried again where a runner of another machine with the same
 * programs offers the model. The runner that failed offers it no more by then.
 */
export async function elsewhere(problem: Problem, { runnerId, records }: Failing): Promise<Problem> {
  const { copyOf, retryable } = problem;
  if (copyOf === undefined || retryable) return problem;
  const runners = await records.runners();
  const own = runners.find((runner) => runner.runnerId === runnerId);
  const toolchainOf = (runner: (typeof runners)[number] | undefined): string =>
    JSON.stringify(Object.entries(runner?.toolchain ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const sound = runners.some(
    (runner) =>
      runner.draining !== true &&
      runner.machine?.id !== own?.machine?.id &&
      toolchainOf(runner) === toolchainOf(own) &&
      Object.values(installedModels(runner)).some((names) => names.includes(copyOf)),
  );
  return sound ? { ...problem, retryable: true } : problem;
}
