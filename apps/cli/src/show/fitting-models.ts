import { FilmwrightError, type ListedModel } from '@filmwright/contracts';

/** How a model stands to a GPU: held by it as a whole, with parts in the machine's memory, run by the processor; null where nobody told what it needs. */
export type Fit = 'whole' | 'offloaded' | 'processor' | 'too large' | null;

const cardSlack = 1.05;

/** GPU memory in MB of 10^6 from `24GB`, `24` or `none`; throws `request-invalid` for anything else. */
export function gpuMb(text: string): number {
  if (/^(?:none|0)$/i.test(text)) return 0;
  const found = /^(\d+(?:\.\d+)?)\s*(?:gb?|gib)?$/i.exec(text)?.[1];
  if (found === undefined)
    throw new FilmwrightError('request-invalid', `--for is ${JSON.stringify(text)}; wanted the memory of a GPU, such as 24GB, or none.`);
  // A card that is sold with 24 GB has 24 GiB.
  return Number(found) * 1024 * 1.048576;
}

/** Whether and how a model runs with so much GPU memory: by what was measured here, else by its card. */
export function fitOf({ tiers, figures, engine }: Pick<ListedModel, 'tiers' | 'figures' | 'engine'>, vramMb: number): Fit {
  if (figures !== null && figures.vramMib > 0) return figures.vramMib * cardSlack <= vramMb / 1.048576 ? 'whole' : 'too large';
  const needed = (tier: (typeof tiers)[number]['tier']): number =>
    Math.min(
      ...tiers.filter((one) => one.tier === tier).map(({ vramMb: each }) => each ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    );
  if (needed('gpu') <= vramMb && vramMb > 0) return 'whole';
  if (needed('gpu-offload') <= vramMb && vramMb > 0) return 'offloaded';
  if (figures !== null || tiers.some(({ tier }) => tier === 'cpu')) return 'processor';
  // Voices and masks are small; of what nobody told nothing is claimed.
  if (engine === 'sherpa-onnx') return 'processor';
  return tiers.length === 0 ? null : 'too large';
}

const tierOf = { whole: 'gpu', offloaded: 'gpu-offload', processor: 'cpu' } as const;

/** What it takes to run as it fits, in a few words: what was measured here before what the card says; empty where nobody told. */
export function needText({ tiers, figures, fit = null }: Pick<ListedModel, 'tiers' | 'figures'> & { readonly fit?: Fit }): string {
  if (figures !== null) {
    const { ramMib, vramMib, warmMs, stepMs } = figures;
    const memory = vramMib > 0 ? `VRAM ${Math.ceil(vramMib)} MiB` : `memory ${Math.ceil(ramMib)} MiB`;
    return `${memory}, loads in ${seconds(warmMs)}, a step ${seconds(stepMs)} (measured here)`;
  }
  const fitting = fit === null || fit === 'too large' ? [] : tiers.filter(({ tier }) => tier === tierOf[fit]);
  const [least] = (fitting.length > 0 ? fitting : tiers).toSorted((a, b) => (a.vramMb ?? a.ramMb ?? 0) - (b.vramMb ?? b.ramMb ?? 0));
  if (least === undefined) return '';
  const memory = least.vramMb !== null ? `VRAM ${gigabytes(least.vramMb)}` : least.ramMb !== null ? `memory ${gigabytes(least.ramMb)}` : '';
  return memory === '' ? '' : `${memory}${least.tier === 'gpu-offload' ? ' with offloading' : ''} (its card)`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

function gigabytes(mb: number): string {
  return mb >= 1000 ? `${(mb / 1000).toFixed(mb % 1000 === 0 ? 0 : 1)} GB` : `${mb} MB`;
}
