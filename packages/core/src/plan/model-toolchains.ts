import { computesOnGpu, type RunnerOffer, type TaskKind, type Toolchain } from '@filmwright/contracts';
import { installedModels, modelGpusOf, modelMemoryOf } from './installed-models.ts';
import { modelMib, togetherOf, usableDevices } from './usable-devices.ts';

/** Toolchains under which a kind can be done with a model, best first, by the model's name; those with one alone that is the kind's own are left out. */
export type ModelToolchains = Partial<Record<TaskKind, Readonly<Record<string, readonly string[]>>>>;
/** What was chosen for tasks of a build. */
export type ChosenToolchain = { readonly kind: TaskKind; readonly model: string; readonly toolchain: string };

type Runner = Pick<RunnerOffer, 'voices' | 'models' | 'modelsFor' | 'generators' | 'toolchain' | 'devices' | 'figures' | 'modelMemory'>;

/**
 * Under which toolchains each model can be run: those that compute on a GPU come first, where one that has the model has a device that is large enough
 * for it, or as many together as it is spread over, then the one that most runners offer, then by name. Where nothing is large enough it is tried all the same: cards may err.
 */
export function modelToolchains(runners: readonly Runner[], own: Toolchain): ModelToolchains {
  // Mostly all runners are alike, and a fleet of thousands is looked at each second.
  const differs = (kind: TaskKind): boolean =>
    runners.some(({ toolchain: { [kind]: chain } }) => chain !== undefined && chain !== own[kind]);
  const kinds = new Set(([...new Set(runners.flatMap(({ toolchain }) => Object.keys(toolchain)))] as TaskKind[]).filter(differs));
  if (kinds.size === 0) return {};
  const memoryOf = modelMemoryOf(runners);
  const gpusOf = modelGpusOf(runners);
  const fitting: Found = new Map();
  const tight: Found = new Map();
  for (const { runner, times } of alike(runners)) {
    const devices = usableDevices(runner);
    for (const [kind, models] of Object.entries(installedModels(runner)) as [TaskKind, readonly string[]][]) {
      const chain = runner.toolchain[kind];
      if (chain === undefined || !kinds.has(kind)) continue;
      for (const model of models) {
        const fits = !computesOnGpu(chain) || togetherOf(devices, Math.max(1, memoryOf(model))) >= gpusOf(model);
        count(fits ? fitting : tight, { kind, model, chain, times });
      }
    }
  }
  for (const [kind, byModel] of tight)
    for (const [model, counts] of byModel)
      if (!fitting.get(kind)?.has(model)) for (const [chain, times] of counts) count(fitting, { kind, model, chain, times });
  const told: [TaskKind, Readonly<Record<string, readonly string[]>>][] = [];
  for (const [kind, byModel] of fitting) {
    const differing = [...byModel].flatMap(([model, counts]): [string, readonly string[]][] => {
      const chains = inOrder(counts);
      return chains.length === 1 && chains[0] === own[kind] ? [] : [[model, chains]];
    });
    if (differing.length > 0) told.push([kind, Object.fromEntries(differing.sort(([a], [b]) => (a < b ? -1 : 1)))]);
  }
  return Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Found = Map<TaskKind, Map<string, Map<string, number>>>;

/** Runners of which each stands for so many that offer the same. */
function alike(runners: readonly Runner[]): Iterable<{ readonly runner: Runner; readonly times: number }> {
  const found = new Map<string, { readonly runner: Runner; times: number }>();
  for (const runner of runners) {
    const { models, modelsFor, generators = [], toolchain, devices = [] } = runner;
    const sizes = devices.map((device) => [device.product, device.fabric, modelMib(device)]);
    const text = JSON.stringify([models, modelsFor, generators.map(({ ref }) => ref), toolchain, sizes]);
    const known = found.get(text);
    if (known === undefined) found.set(text, { runner, times: 1 });
    else known.times++;
  }
  return found.values();
}

type Counted = { readonly kind: TaskKind; readonly model: string; readonly chain: string; readonly times: number };

function count(found: Found, { kind, model, chain, times }: Counted): void {
  const byModel = found.get(kind) ?? new Map<string, Map<string, number>>();
  found.set(kind, byModel);
  const counts = byModel.get(model) ?? new Map<string, number>();
  byModel.set(model, counts.set(chain, (counts.get(chain) ?? 0) + times));
}

function inOrder(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts]
    .sort(([a, m], [b, n]) => Number(computesOnGpu(b)) - Number(computesOnGpu(a)) || n - m || (a < b ? -1 : 1))
    .map(([chain]) => chain);
}

type Choosing = { readonly toolchain: Toolchain; readonly modelToolchains?: ModelToolchains };

/** The toolchain of a task's key: that of its model, else that of its kind; empty where nobody offers any. */
export function toolchainOf(
  { toolchain, modelToolchains }: Choosing,
  task: { readonly kind: TaskKind; readonly model: string | null },
): string {
  const byModel = task.model === null ? undefined : modelToolchains?.[task.kind]?.[task.model];
  return byModel?.[0] ?? toolchain[task.kind] ?? '';
}

/**
 * An offer for a film that was begun: what was chosen for its tasks stays, as long as it is offered for their models, whatever has come since. Else the
 * same film would be made twice, once on each kind of device.
 */
export function keepChosen<Offered extends Choosing>(offer: Offered, chosen: readonly ChosenToolchain[]): Offered {
  const kept = chosen.flatMap(({ kind, model, toolchain }): [TaskKind, string, readonly string[]][] => {
    const chains = offer.modelToolchains?.[kind]?.[model] ?? [];
    return chains[0] === toolchain || !chains.includes(toolchain)
      ? []
      : [[kind, model, [toolchain, ...chains.filter((one) => one !== toolchain)]]];
  });
  if (kept.length === 0) return offer;
  const changed: Record<string, Readonly<Record<string, readonly string[]>>> = { ...offer.modelToolchains };
  for (const [kind, model, chains] of kept) changed[kind] = { ...changed[kind], [model]: chains };
  return { ...offer, modelToolchains: changed as ModelToolchains };
}
