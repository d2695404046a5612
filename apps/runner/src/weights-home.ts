import { join } from 'node:path';
import { openHotCache } from '@filmwright/blobs';
import { FilmwrightError } from '@filmwright/contracts';
import type { OpenWeights, WeightsHome } from '@filmwright/engines';

const defaultBudgetBytes = 500e9;
const keepFreeBytes = 2e9;

/** The weights cache of a home; its budget is FILMWRIGHT_WEIGHTS_BYTES. */
export function weightsOf(home: string): WeightsHome {
  const said = process.env['FILMWRIGHT_WEIGHTS_BYTES'];
  const budgetBytes = said === undefined ? defaultBudgetBytes : Number(said);
  if (!Number.isFinite(budgetBytes) || budgetBytes <= 0)
    throw new FilmwrightError(
      'request-invalid',
      `FILMWRIGHT_WEIGHTS_BYTES is ${JSON.stringify(said)}; wanted a number of bytes, such as 200e9.`,
    );
  const openWeights: OpenWeights = (source) => openHotCache({ root: join(home, 'weights'), maxBytes: budgetBytes, keepFreeBytes, source });
  return { home, openWeights, budgetBytes, keepFreeBytes };
}
