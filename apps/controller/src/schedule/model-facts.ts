import { type ModelFigures, type RunnerOffer, singleModels } from '@filmwright/contracts';
import { gpuMemoryOf, modelGpusOf } from '@filmwright/core/plan/installed-models';
import { modelMib, togetherOf, usableDevices } from '@filmwright/core/plan/usable-devices';
import type { ModelFacts } from '@filmwright/scheduler';

type Offered = Pick<RunnerOffer, 'figures' | 'modelMemory' | 'devices' | 'toolchain'> & Partial<Pick<RunnerOffer, 'kinds'>>;
/** What one runner tells of a model: what it measured, what its card says (MiB, and GPUs), and how large its largest device is and how many it computes on together. */
type Told = {
  readonly figures: ModelFigures | null;
  readonly cardMib: number;
  readonly gpus: number;
  readonly deviceMib: number;
  readonly widest: number;
};

/** What all runners tell of models, as the scheduler takes it until it has learned times of its own. */
export type MeasuredModels = {
  /** Facts of the models that a runner tells of, now that it came, changed or (without an offer) went, and whether tasks of any model have more or fewer GPUs since. */
  readonly set: (runnerId: string, offer: Offered | null) => { readonly facts: readonly ModelFacts[]; readonly isSpreadAnew: boolean };
  /** GPU memory of models that work together, MiB; 0 for one alone, of which the facts tell. */
  readonly togetherMib: (model: string | null) => number;
  /** GPUs that a task of a model has, if it has any. */
  readonly gpusOf: (model: string | null) => number;
};

/** Starts without any. Of several runners the times are the mean, and the sizes the largest: what is placed must fit. */
export function createMeasuredModels(): MeasuredModels {
  const byModel = new Map<string, Map<string, Told>>();
  const byRunner = new Map<string, readonly string[]>();
  const spread = new Map<string, number>();
  const toldOf = (name: string): readonly Told[] => [...(byModel.get(name)?.values() ?? [])];
  const setSpread = (name: string): boolean => {
    const [before, told] = [spread.get(name), toldOf(name)];
    const tellers = (): Parameters<typeof modelGpusOf>[0] =>
      told.map(({ gpus, widest }) => ({ modelMemory: [{ name, vramMib: 1, gpus }], widest }));
    // Few are: most are not looked at further.
    const gpus = told.some((one) => one.gpus > 1) ? modelGpusOf(tellers())(name) : 1;
    if (gpus > 1) spread.set(name, gpus);
    else spread.delete(name);
    return spread.get(name) !== before;
  };
  return {
    set(runnerId, offer) {
      const before = byRunner.get(runnerId) ?? [];
      for (const name of before) byModel.get(name)?.delete(runnerId);
      const { figures = [], modelMemory = [], devices = [] } = offer ?? {};
      const deviceMib = Math.max(0, ...devices.map(modelMib));
      const measured = new Map(figures.map((one) => [one.name, one]));
      const widest = offer === null ? 0 : togetherOf(usableDevices(offer));
      const byCard = new Map(modelMemory.map((one) => [one.name, one]));
      const names = [...new Set([...measured.keys(), ...byCard.keys()])];
      if (names.length === 0) byRunner.delete(runnerId);
      else byRunner.set(runnerId, names);
      for (const name of names) {
        const told = byModel.get(name) ?? new Map<string, Told>();
        const { vramMib: cardMib = 0, gpus = 1 } = byCard.get(name) ?? {};
        byModel.set(name, told.set(runnerId, { figures: measured.get(name) ?? null, cardMib, gpus, deviceMib, widest }));
      }
      const changes = [...new Set([...before, ...names])].map(setSpread);
      return { facts: names.map((name) => factsOf(name, toldOf(name))), isSpreadAnew: changes.includes(true) };
    },
    togetherMib(model) {
      const names = model === null ? [] : singleModels(model);
      return names.length < 2 ? 0 : names.reduce((sum, name) => sum + vramOf(toldOf(name)), 0);
    },
    gpusOf: (model) =>
      Math.max(1, ...(model === null || spread.size === 0 ? [] : singleModels(model)).map((name) => spread.get(name) ?? 1)),
  };
}

function vramOf(all: readonly Told[]): number {
  const most = (of: (one: Told) => number): number => Math.max(0, ...all.map(of));
  return gpuMemoryOf({
    measuredMib: most(({ figures }) => figures?.vramMib ?? 0),
    cardMib: most(({ cardMib }) => cardMib),
    largestMib: most(({ deviceMib }) => deviceMib),
  });
}

function factsOf(id: string, told: readonly Told[]): ModelFacts {
  const all = told.flatMap(({ figures }) => figures ?? []);
  const mean = (of: (one: ModelFigures) => number): number => all.reduce((sum, one) => sum + of(one), 0) / Math.max(1, all.length);
  return {
    id,
    vramMib: vramOf(told),
    hostMib: Math.ceil(Math.max(0, ...all.map(({ ramMib }) => ramMib))),
    warmMs: mean(({ warmMs }) => warmMs),
    coldMs: mean(({ coldMs }) => coldMs),
    unloadMs: mean(({ unloadMs }) => unloadMs),
    // Runners offer only what lies on their disks.
    fetchMs: 0,
  };
}
