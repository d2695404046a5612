import type { ModelFigures, RunnerOffer } from '@filmwright/contracts';
import type { ModelFacts } from '@filmwright/scheduler';

/** What all runners measured of models, as the scheduler takes it until it has learned times of its own. */
export type MeasuredModels = {
  /** Facts of the models that a runner tells of, now that it came, changed or (without an offer) went. */
  readonly set: (runnerId: string, offer: Pick<RunnerOffer, 'figures'> | null) => readonly ModelFacts[];
};

/** Starts without any. Of several runners the times are the mean, and the sizes the largest: what is placed must fit. */
export function createMeasuredModels(): MeasuredModels {
  const byModel = new Map<string, Map<string, ModelFigures>>();
  const byRunner = new Map<string, readonly string[]>();
  return {
    set(runnerId, offer) {
      for (const name of byRunner.get(runnerId) ?? []) byModel.get(name)?.delete(runnerId);
      const figures = offer?.figures ?? [];
      if (figures.length === 0) byRunner.delete(runnerId);
      else
        byRunner.set(
          runnerId,
          figures.map(({ name }) => name),
        );
      for (const one of figures) {
        const told = byModel.get(one.name) ?? new Map<string, ModelFigures>();
        told.set(runnerId, one);
        byModel.set(one.name, told);
      }
      return figures.map(({ name }) => factsOf(name, [...(byModel.get(name)?.values() ?? [])]));
    },
  };
}

function factsOf(id: string, all: readonly ModelFigures[]): ModelFacts {
  const mean = (of: (one: ModelFigures) => number): number => all.reduce((sum, one) => sum + of(one), 0) / all.length;
  const most = (of: (one: ModelFigures) => number): number => Math.max(...all.map(of));
  return {
    id,
    vramMib: Math.ceil(most(({ vramMib }) => vramMib)),
    hostMib: Math.ceil(most(({ ramMib }) => ramMib)),
    warmMs: mean(({ warmMs }) => warmMs),
    coldMs: mean(({ coldMs }) => coldMs),
    // Runners offer only what lies on their disks.
    fetchMs: 0,
  };
}
