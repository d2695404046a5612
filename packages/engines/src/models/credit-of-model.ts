import { type Credit, type ModelCard, modelRef } from '@filmwright/contracts';

/** How a film names a model that it was made with; a licence that forbids commercial use, or is unclear about it, stands there in words. */
export function creditOfModel(card: ModelCard): Credit {
  const { licence } = card;
  const base = { role: 'model', name: card.name, licence: licence.name, source: licence.attribution, revision: modelRef(card) } as const;
  if (licence.commercialUse === 'allowed') return base;
  const said = licence.commercialUse === 'forbidden' ? 'forbids commercial use' : 'leaves commercial use unclear';
  return { ...base, commercialUse: licence.commercialUse, note: `The licence of these weights ${said}: ${licence.summary}` };
}
