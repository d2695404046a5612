import type { RunnerOffer } from '@filmwright/contracts';
import { modelGpusOf, modelMemoryOf } from '@filmwright/core/plan/installed-models';
import { togetherOf, usableDevices } from '@filmwright/core/plan/usable-devices';
import type { Ability, Backlog } from '@filmwright/core/pools/pool-work';
import type { PoolFacts } from '@filmwright/records';
import { capabilitiesOf, capabilityOf, devicesOf } from '../schedule/demand-of.ts';

type Needs = Pick<PoolFacts['waiting'][number], 'kind' | 'version' | 'toolchain' | 'model' | 'gpus' | 'vramMib'>;
type Kept = {
  readonly group: number;
  readonly ability: Ability;
  readonly measures: Pick<RunnerOffer, 'figures' | 'modelMemory'> & { readonly largestMib: number; readonly widest: number };
};

/** What runners can do, read from each offer once: many offer the same, and offers are long. */
export type Abilities = {
  /** Lets go of all others; gives those of which nothing is known. */
  readonly keep: (ids: readonly string[]) => readonly string[];
  readonly set: (offers: readonly { readonly id: string; readonly offer: RunnerOffer }[]) => void;
  /** Null where nothing is known of it. */
  readonly of: (id: string) => Ability | null;
  /** A number that runners of the same ability share; null where nothing is known of it. */
  readonly groupOf: (id: string) => number | null;
  /** What a task asks of a runner, as the scheduler sees it: what nobody has installed is asked of nobody, and GPUs where someone has some for it. */
  readonly needsOf: (task: Needs) => Required<Pick<Backlog, 'capability' | 'gpus' | 'vramMib'>>;
};

/** Starts without any. */
export function createAbilities(): Abilities {
  const byRunner = new Map<string, Kept>();
  const byText = new Map<string, Kept>();
  let count = 0;
  const known = (): ReadonlySet<Kept> => new Set(byRunner.values());
  let measures: { readonly memoryOf: (name: string) => number; readonly gpusOf: (name: string) => number } | null = null;
  return {
    keep(ids) {
      const wanted = new Set(ids);
      for (const id of byRunner.keys()) {
        if (wanted.has(id)) continue;
        byRunner.delete(id);
        measures = null;
      }
      return [...wanted].filter((id) => !byRunner.has(id));
    },
    set(offers) {
      const used = known();
      for (const [text, kept] of byText) if (!used.has(kept)) byText.delete(text);
      for (const { id, offer } of offers) {
        const { figures = [], modelMemory = [] } = offer;
        const [capabilities, devicesMib] = [capabilitiesOf(offer), devicesOf(offer).map(({ vramMib }) => vramMib)];
        const [largestMib, widest] = [Math.max(0, ...devicesMib), togetherOf(usableDevices(offer))];
        const text = JSON.stringify([capabilities, devicesMib, widest, offer.slots, figures, modelMemory]);
        const ability = { capabilities: new Set(capabilities), devicesMib, slots: offer.slots };
        const kept = byText.get(text) ?? { group: count++, ability, measures: { figures, modelMemory, largestMib, widest } };
        byText.set(text, kept);
        byRunner.set(id, kept);
        measures = null;
      }
    },
    of: (id) => byRunner.get(id)?.ability ?? null,
    groupOf: (id) => byRunner.get(id)?.group ?? null,
    needsOf({ gpus, vramMib, ...task }) {
      const all = [...known()];
      const told = all.map((kept) => kept.measures);
      measures ??= { memoryOf: modelMemoryOf(told), gpusOf: modelGpusOf(told) };
      const whole = capabilityOf(task);
      const offeringOf = (one: string): readonly Kept[] => all.filter(({ ability }) => ability.capabilities.has(one));
      const capability = offeringOf(whole).length > 0 ? whole : capabilityOf({ ...task, model: null });
      const offering = offeringOf(capability);
      // Of what is only in pools that were never there nobody knows whether it has GPUs.
      const hasDevices = offering.length === 0 || offering.some(({ ability }) => ability.devicesMib.length > 0);
      if (gpus === 0 || !hasDevices) return { capability, gpus: 0, vramMib: 0 };
      if (task.model === null) return { capability, gpus, vramMib };
      return { capability, gpus: Math.max(gpus, measures.gpusOf(task.model)), vramMib: vramMib + measures.memoryOf(task.model) };
    },
  };
}
