import { findModelRef, type Payload, readModelRef, type SubjectSample } from '@filmwright/contracts';
import { peopleModel } from './framing.ts';
import { type PlannedTask, ranks } from './planner.ts';
import type { VisualInput } from './visual-input.ts';

/** The model for anything but people that comes along. */
export const objectModel = 'u2netp';
/** A clip is looked at so often, spread over what is shown of it, before one model cuts all of it out. */
const looks = 5;
const lookMs = 500;

/** A task that looks which model suits is planned at this address below its shot's. */
const choiceName = 'cutout/choice';

export type CutOutChoice = {
  /** What the document says: `auto`, or a model. */
  readonly wanted: string;
  /** Undefined while it is not probed. */
  readonly media: string | undefined;
  /** What of a clip is cut out, in milliseconds of it; null for a still, undefined while that is not known. */
  readonly clip: Omit<NonNullable<Payload<'find-subject'>['clip']>, 'everyMs'> | null | undefined;
};

/**
 * The model that cuts a subject out. `auto` asks the two that come along what the picture shows, once for all of a clip, unless a better one for anything was
 * added and it is a still; undefined while that is looked for.
 */
export function chooseCutOut(
  { planner, models, address, index }: Pick<VisualInput, 'planner' | 'models' | 'address' | 'index'>,
  { wanted, media, clip }: CutOutChoice,
): string | undefined {
  if (wanted !== 'auto') return findModelRef(models, wanted) ?? wanted;
  const [best] = models;
  const [people, object] = [findModelRef(models, peopleModel), findModelRef(models, objectModel)];
  if (clip === null && best !== undefined && best !== people && best !== object) return best;
  if (people === undefined || object === undefined) return people ?? object ?? best ?? peopleModel;
  const everyMs = clip ? Math.max(1, (clip.untilMs - clip.fromMs) / looks) : null;
  const found = planner.ask({
    address: `${address}/${choiceName}`,
    kind: 'find-subject',
    stage: 'prepare',
    shot: index,
    rank: ranks.awaited,
    estimateMs: clip === null ? lookMs : looks * lookMs,
    payload:
      media === undefined || clip === undefined
        ? undefined
        : { media, clip: clip && everyMs ? { ...clip, everyMs } : null, models: [people, object], purpose: 'cut-out' },
  });
  return found && (areObjects(found.samples) ? object : people);
}

/** Most of the looks that found anything found a thing. */
function areObjects(samples: readonly SubjectSample[]): boolean {
  const count = (wanted: SubjectSample['kind']): number => samples.filter(({ kind }) => kind === wanted).length;
  return count('object') > count('people');
}

/** What a shot's subject was taken for where a look chose its model, else null: the document named one, or there was no choice. */
export function takenFor(
  planned: readonly PlannedTask[],
  { shot, model }: { readonly shot: number; readonly model: string },
): 'people' | 'object' | null {
  const looked = planned.some((task) => task.shot === shot && task.address.endsWith(`/${choiceName}`));
  if (!looked) return null;
  return readModelRef(model).name === peopleModel ? 'people' : 'object';
}
