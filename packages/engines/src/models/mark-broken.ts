import { type InstalledModel, isOwn } from './model-shelf.ts';
import { changeState, readState, tellShelf } from './model-state.ts';

/** Notes on the shelf why a revision is of no use, so that it is offered no more until it is mended or verified; whether it could: one that comes along cannot be marked. */
export async function markBroken(
  { place }: InstalledModel,
  { home, why }: { readonly home: string; readonly why: string },
): Promise<boolean> {
  if (place === undefined || !isOwn({ place })) return false;
  if ((await readState(place)).broken !== null) return true;
  await changeState(place, { broken: why });
  await tellShelf(home);
  return true;
}
