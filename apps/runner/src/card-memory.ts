import { type ModelCard, modelName, type RunnerOffer } from '@filmwright/contracts';

const mebibytePerMb = 1e6 / 1024 ** 2;

type Listed = { readonly ref: string; readonly card: Pick<ModelCard, 'needs' | 'processing'> };

/** GPU memory of a model by its card, and over how many GPUs it is spread; nothing where the card does not tell. */
export function cardMemory({ ref, card: { needs, processing } }: Listed): NonNullable<RunnerOffer['modelMemory']> {
  const name = modelName([ref]);
  const { vramMb = null, gpus } = needs.tiers.find(({ tier }) => tier === 'gpu') ?? {};
  if (name === null || vramMb === null) return [];
  // Only what has several networks can be spread.
  const isSpread = gpus !== undefined && processing.type === 'pipeline';
  return [{ name, vramMib: Math.ceil(vramMb * mebibytePerMb), ...(isSpread && { gpus }) }];
}
