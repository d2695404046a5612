import { FilmwrightError } from '@filmwright/contracts';

/** Marks the model that an error blames, if it blames one, on its shelf or, for one that comes along, by a trial that failed; the code that knows models is loaded only then. */
export async function markFault(error: unknown, home: string): Promise<void> {
  if (!(error instanceof FilmwrightError) || error.name !== 'ModelFault') return;
  const { ModelFault } = await import('@filmwright/engines/models/model-fault');
  const { markBroken } = await import('@filmwright/engines/models/mark-broken');
  if (!(error instanceof ModelFault) || (await markBroken(error.model, { home, why: error.message }))) return;
  const { noteFailure } = await import('./try-models.ts');
  await noteFailure(error, home);
}
