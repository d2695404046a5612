import {
  type CountedOffer,
  type Generator,
  type ModelCapability,
  type RunnerOffer,
  readModelRef,
  type TaskKind,
  type Toolchain,
} from '@filmwright/contracts';
import { modelGpusOf } from './installed-models.ts';
import { type ModelToolchains, modelToolchains } from './model-toolchains.ts';
import type { BringingPool } from './pool-models.ts';
import { togetherOf, usableDevices } from './usable-devices.ts';

/** What the runners can do together, as the planner takes it; `slots` is how many tasks they run at once. */
export type Offer = Pick<RunnerOffer, 'toolchain' | 'voices' | 'fonts' | 'models' | 'modelsFor' | 'generators'> & {
  readonly slots: number;
  /** Where runners compute models on different devices; left out where all do so alike. */
  readonly modelToolchains?: ModelToolchains;
  /** GPUs over which models are spread, by their names; those that have one are left out. */
  readonly modelGpus?: Readonly<Record<string, number>>;
  /** Pools whose machines are to bring models; left out where there are none. */
  readonly pools?: readonly BringingPool[];
};

/**
 * Joins the offers of all runners. A toolchain, font or revision of a voice or model that was offered before stays chosen while anyone offers it, or nobody offers another: keys
 * hang on it, and a runner that restarts must not turn a film into another one. Else the one that most runners offer, then the first by name. Of models the
 * toolchain that computes on a GPU is taken where there is one; films that were begun keep theirs (`keepChosen`). Machines at rest add what nobody who is
 * there offers, and toolchains of models where they are likely to come: what they offered may be of an older program.
 */
export function mergeOffers(offers: readonly CountedOffer[], before: Offer | null): Offer {
  const there = offers.filter(({ atRest }) => atRest === undefined);
  const atRest = offers.length === there.length ? [] : offers.filter((one) => one.atRest !== undefined);
  const more = atRest.length === 0 ? null : beyond(there);
  const added = atRest.map((offer) => ({ ...offer, ...more?.(offer) }));
  const runners = [...there, ...added];
  const toolchain: Record<string, string> = { ...before?.toolchain };
  for (const kind of new Set(there.flatMap((runner) => Object.keys(runner.toolchain)))) {
    const offered = there.map((runner) => runner.toolchain[kind as TaskKind]).filter((one) => one !== undefined);
    const chosen = toolchain[kind];
    if (chosen === undefined || !offered.includes(chosen)) toolchain[kind] = mostCommon(offered);
  }
  for (const { toolchain: chains } of atRest) for (const [kind, chain] of Object.entries(chains)) toolchain[kind] ??= chain;
  const byModel = modelToolchains(
    [...there, ...atRest.map((offer, at) => (offer.atRest === 'likely' ? offer : (added[at] ?? offer)))],
    toolchain as Toolchain,
  );
  const voices = new Set(runners.flatMap((runner) => runner.voices.map(({ id, revision }) => `${id} ${revision}`)));
  const stillOffered = (before?.voices ?? []).filter(({ id, revision }) => voices.has(`${id} ${revision}`));
  return {
    toolchain: toolchain as Toolchain,
    ...(Object.keys(byModel).length > 0 && { modelToolchains: byModel }),
    ...spreadOf(runners),
    voices: joined({ lists: [stillOffered, ...runners.map((runner) => runner.voices), before?.voices ?? []], idOf: (voice) => voice.id }),
    fonts: joined({ lists: [before?.fonts ?? [], ...runners.map((runner) => runner.fonts)], idOf: (font) => font.script }),
    models: modelsOf(
      runners.map(({ models }) => models),
      before?.models ?? [],
    ),
    modelsFor: Object.fromEntries(
      [...new Set([...runners.flatMap(capabilitiesIn), ...capabilitiesIn(before)])].sort().map((one) => [
        one,
        modelsOf(
          runners.map(({ modelsFor }) => modelsFor?.[one] ?? []),
          before?.modelsFor?.[one] ?? [],
        ),
      ]),
    ),
    generators: generatorsOf(
      runners.map(({ generators = [] }) => generators),
      before?.generators ?? [],
    ),
    slots: Math.max(
      1,
      (there.length > 0 ? there : atRest).reduce((sum, runner) => sum + runner.slots, 0),
    ),
  };
}

function spreadOf(runners: readonly RunnerOffer[]): Pick<Offer, 'modelGpus'> {
  const names = new Set(
    runners.flatMap(({ modelMemory = [] }) => modelMemory.flatMap(({ name, gpus }) => (gpus === undefined ? [] : [name]))),
  );
  if (names.size === 0) return {};
  const gpusOf = modelGpusOf(runners.map((runner) => ({ ...runner, widest: togetherOf(usableDevices(runner)) })));
  const spread = [...names].sort().flatMap((name): [string, number][] => (gpusOf(name) > 1 ? [[name, gpusOf(name)]] : []));
  return spread.length === 0 ? {} : { modelGpus: Object.fromEntries(spread) };
}

type Media = Pick<RunnerOffer, 'voices' | 'fonts' | 'models' | 'modelsFor' | 'generators'>;

/** Gives what one offers that the others do not, whatever its revision. */
function beyond(others: readonly Media[]): (offer: Media) => Media {
  const idsOf = <Value>(of: (one: Media) => readonly Value[], idOf: (value: Value) => string): ReadonlySet<string> =>
    new Set(others.flatMap(of).map(idOf));
  const nameOf = (ref: string): string => readModelRef(ref).name;
  const voices = idsOf((one) => one.voices, idOfVoice);
  const fonts = idsOf((one) => one.fonts, scriptOf);
  const models = idsOf((one) => one.models, nameOf);
  const generators = idsOf(
    (one) => one.generators ?? [],
    ({ ref }) => nameOf(ref),
  );
  const modelsFor = new Map(others.flatMap(capabilitiesIn).map((one) => [one, idsOf((other) => other.modelsFor?.[one] ?? [], nameOf)]));
  return (offer) => ({
    voices: offer.voices.filter((voice) => !voices.has(idOfVoice(voice))),
    fonts: offer.fonts.filter((font) => !fonts.has(scriptOf(font))),
    models: offer.models.filter((ref) => !models.has(nameOf(ref))),
    modelsFor: Object.fromEntries(
      capabilitiesIn(offer).map((one) => [one, (offer.modelsFor?.[one] ?? []).filter((ref) => !modelsFor.get(one)?.has(nameOf(ref)))]),
    ),
    generators: (offer.generators ?? []).filter(({ ref }) => !generators.has(nameOf(ref))),
  });
}

const idOfVoice = ({ id }: Media['voices'][number]): string => id;
const scriptOf = ({ script }: Media['fonts'][number]): string => script;

/** The first of each id, in order of the ids: the order in which runners joined must not show. */
function joined<Value>({
  lists,
  idOf,
}: {
  readonly lists: readonly (readonly Value[])[];
  readonly idOf: (value: Value) => string;
}): readonly Value[] {
  const byId = new Map<string, Value>();
  for (const value of lists.flat()) if (!byId.has(idOf(value))) byId.set(idOf(value), value);
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function capabilitiesIn(offer: Pick<Offer, 'modelsFor'> | null): readonly ModelCapability[] {
  return Object.keys(offer?.modelsFor ?? {}) as ModelCapability[];
}

/** Revisions of models by name; of a name first the one that was chosen before, if anyone offers it, then as the runners list them. */
function modelsOf(lists: readonly (readonly string[])[], earlier: readonly string[]): readonly string[] {
  const offered = new Set(lists.flat());
  const all = [...new Set([...earlier.filter((ref) => offered.has(ref)), ...offered, ...earlier])];
  const nameOf = (ref: string): string => readModelRef(ref).name;
  return all.sort((a, b) => (nameOf(a) === nameOf(b) ? 0 : nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Those that draw the largest pictures first; of a name the one that was chosen before, if anyone offers it. */
function generatorsOf(lists: readonly (readonly Generator[])[], earlier: readonly Generator[]): readonly Generator[] {
  const offered = lists.flat();
  const still = earlier.filter(({ ref }) => offered.some((one) => one.ref === ref));
  const byRef = new Map<string, Generator>();
  for (const one of [...still, ...offered, ...earlier]) if (!byRef.has(one.ref)) byRef.set(one.ref, one);
  const nameOf = ({ ref }: Generator): string => readModelRef(ref).name;
  const size = ({ width, height }: Generator): number => width * height;
  const largest = new Map<string, number>();
  for (const one of byRef.values()) largest.set(nameOf(one), Math.max(largest.get(nameOf(one)) ?? 0, size(one)));
  const rankOf = (one: Generator): number => largest.get(nameOf(one)) ?? 0;
  return [...byRef.values()].sort((a, b) => rankOf(b) - rankOf(a) || (nameOf(a) === nameOf(b) ? 0 : nameOf(a) < nameOf(b) ? -1 : 1));
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? '';
}
