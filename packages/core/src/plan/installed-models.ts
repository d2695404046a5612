import { type ModelCapability, modelName, type RunnerOffer, singleModels, type TaskKind, voiceName } from '@filmwright/contracts';

/** What tasks of each kind may ask to be installed at a runner, as `needsOf` names it. */
export function installedModels({
  voices,
  models,
  modelsFor,
  generators = [],
}: Pick<RunnerOffer, 'voices' | 'models' | 'modelsFor' | 'generators'>): Partial<Record<TaskKind, readonly string[]>> {
  const named = (refs: readonly string[]): readonly string[] => refs.flatMap((ref) => modelName([ref]) ?? []);
  const single = named(models);
  return {
    speak: voices.map(voiceName),
    cutout: single,
    'cutout-clip': single,
    'find-subject': withPairs(single),
    generate: named(generators.map(({ ref }) => ref)),
    review: named(modelsFor?.['image-review'] ?? []),
    upscale: named(modelsFor?.upscaling ?? []),
    'upscale-clip': named(modelsFor?.upscaling ?? []),
    storyboard: named(modelsFor?.storyboard ?? []),
    interpolate: named(modelsFor?.interpolation ?? []),
  };
}

/** Models of which one looks first and another behind it are asked for by both names. */
export function withPairs(names: readonly string[]): readonly string[] {
  const models = names.filter((name) => name.startsWith('model ')).map((name) => name.slice('model '.length));
  return [...names, ...models.flatMap((first) => models.flatMap((second) => (first === second ? [] : (modelName([first, second]) ?? []))))];
}

/** What is told of the GPU memory of a model, MiB, 0 where nothing is: what was measured, what cards say, and how large the largest GPU is of those who tell. */
export type ToldMemory = { readonly measuredMib: number; readonly cardMib: number; readonly largestMib: number };

/** GPU memory (MiB) of a model: what was measured counts before what cards say, and what cards say no further than to the largest GPU: they may err. */
export function gpuMemoryOf({ measuredMib, cardMib, largestMib }: ToldMemory): number {
  return Math.ceil(measuredMib > 0 ? measuredMib : Math.min(cardMib, largestMib > 0 ? largestMib : Number.POSITIVE_INFINITY));
}

type Telling = Pick<RunnerOffer, 'figures' | 'modelMemory'> & {
  /** Of its largest GPU; without it cards are believed. */
  readonly largestMib?: number;
};

/** GPU memory (MiB) of models by what runners tell, the most of each; 0 where nobody told. Models that work together need that of all. */
export function modelMemoryOf(tellers: readonly Telling[]): (name: string) => number {
  const most = (told: readonly { readonly name: string; readonly vramMib: number }[]): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    for (const { name, vramMib } of told) found.set(name, Math.max(vramMib, found.get(name) ?? 0));
    return found;
  };
  const measured = most(tellers.flatMap(({ figures = [] }) => figures));
  const byCards = most(tellers.flatMap(({ modelMemory = [] }) => modelMemory));
  const largest = most(
    tellers.flatMap(({ figures = [], modelMemory = [], largestMib: vramMib = 0 }) =>
      vramMib === 0 ? [] : [...figures, ...modelMemory].map(({ name }) => ({ name, vramMib })),
    ),
  );
  const alone = (name: string): number =>
    gpuMemoryOf({
      measuredMib: measured.get(name) ?? 0,
      cardMib: byCards.get(name) ?? 0,
      largestMib: largest.get(name) ?? 0,
    });
  return (name) => singleModels(name).reduce((sum, one) => sum + alone(one), 0);
}

type Spreading = Pick<RunnerOffer, 'modelMemory'> & {
  /** Its GPUs that reach each other, the most of one fabric; without it cards are believed. */
  readonly widest?: number;
};

/** GPUs that tasks of models have: as many as cards say, but no more than whoever has the model has together: cards may err, and a model that is spread works on fewer. Models that work together have those of the widest. */
export function modelGpusOf(tellers: readonly Spreading[]): (name: string) => number {
  const told = new Map<string, { byCard: number; widest: number }>();
  for (const { modelMemory = [], widest = Number.POSITIVE_INFINITY } of tellers)
    for (const { name, gpus = 1 } of modelMemory) {
      const known = told.get(name) ?? { byCard: 1, widest: 1 };
      told.set(name, { byCard: Math.max(known.byCard, gpus), widest: Math.max(known.widest, widest) });
    }
  const alone = (name: string): number => Math.min(told.get(name)?.byCard ?? 1, told.get(name)?.widest ?? 1);
  return (name) => Math.max(1, ...singleModels(name).map(alone));
}

/** Kinds of tasks that models of a capability are for. */
const kindsOf: Partial<Record<ModelCapability, readonly TaskKind[]>> = {
  'image-review': ['review'],
  upscaling: ['upscale', 'upscale-clip'],
  storyboard: ['storyboard'],
  interpolation: ['interpolate'],
};

/** Of an offer what is for these kinds: others are not asked of that runner, nor is there need for their models. */
export function offerWithin(offer: RunnerOffer, kinds: readonly TaskKind[]): RunnerOffer {
  const has = (...some: readonly TaskKind[]): boolean => some.some((kind) => kinds.includes(kind));
  const isFor = (capability: ModelCapability): boolean => has(...(kindsOf[capability] ?? []));
  return {
    ...offer,
    kinds: offer.kinds.filter((kind) => has(kind)),
    toolchain: Object.fromEntries(Object.entries(offer.toolchain).filter(([kind]) => has(kind as TaskKind))),
    voices: has('speak') ? offer.voices : [],
    models: has('cutout', 'cutout-clip', 'find-subject') ? offer.models : [],
    modelsFor: Object.fromEntries(Object.entries(offer.modelsFor ?? {}).filter(([capability]) => isFor(capability as ModelCapability))),
    generators: has('generate') ? (offer.generators ?? []) : [],
  };
}
