import { isOwn, type ShelvedModel } from './model-shelf.ts';
import { changeState, tellShelf } from './model-state.ts';

/** Notes on the shelf why a revision is of no use, so that it is offered no more until it is mended or verified. One that comes along cannot be marked. */
export async function markBroken(model: ShelvedModel, { home, why }: { readonly home: string; readonly why: string }): Promise<void> {
  if (!isOwn(model) || model.state.broken !== null) return;
  await changeState(model.place, { broken: why });
  await tellShelf(home);
}
