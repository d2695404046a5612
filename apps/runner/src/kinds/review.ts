import { FilmwrightError, type Output, type Payload, taskKinds, verdicts } from '@filmwright/contracts';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import type { Picture } from '@filmwright/engines/onnx/picture';
import { classifyPicture } from '@filmwright/engines/review/classify-picture';
import { smallFrames } from '@filmwright/render/media/small-frames';
import type { KindRunner, TaskContext } from '../run-task.ts';

/** Longer side of what is looked at; models look at less. */
const longSide = 512;

type Look = Output<'review'>['looks'][number];
type Seen = Look & Pick<Output<'review'>, 'verdict' | 'label'>;

/** Looks at a picture once, or at a clip at the instants of the payload, and gives the gravest verdict with the place that made it. Handed back between looks, it goes on with the next one. */
export const runReview: KindRunner<'review'> = async (payload, context) => {
  const model = await installedModel({ name: payload.model, home: context.home });
  const pool = await context.pictureModels();
  const seen: Seen[] = [...leftBy(context.borders.resume)];
  const many = payload.clip?.atMs.length ?? 1;
  for await (const { atMs, picture } of picturesOf(payload, { context, seen: new Set(seen.map(({ atMs }) => atMs)) })) {
    seen.push({ atMs, ...(await classifyPicture({ model, picture, pool })) });
    context.progress(Math.min(99, (seen.length * 100) / many));
    if (payload.clip !== null) context.borders.reach((): Left => ({ seen }));
  }
  const gravest = gravestOf(seen);
  if (gravest === undefined)
    throw new FilmwrightError('media-invalid', `Nothing could be seen of the ${payload.clip === null ? 'picture' : 'clip'} under review.`);
  return {
    looks: seen.map(({ atMs, scores }) => ({ atMs, scores })),
    scores: highestOf(seen),
    verdict: gravest.verdict,
    label: gravest.label,
    atMs: gravest.verdict === 'clear' ? null : gravest.atMs,
    credit: creditOfModel(model.card),
    notices: [],
  };
};

/** What an attempt that was handed back had seen. */
type Left = { readonly seen: readonly Seen[] };

const { looks } = taskKinds.review.output.shape;
/** As `Seen` is, of what was read. */
const judged = taskKinds.review.output.pick({ verdict: true, label: true }).array();

function leftBy(resume: unknown): readonly Seen[] {
  const { seen } = Object(resume) as Partial<Left>;
  const [looked, said] = [looks.safeParse(seen).data, judged.safeParse(seen).data];
  return looked === undefined || said === undefined ? [] : looked.map((look, at) => ({ ...look, ...(said[at] as (typeof said)[0]) }));
}

/** The pictures to look at, without those that were seen; an instant behind the last frame of a clip has none. */
async function* picturesOf(
  { media, clip }: Payload<'review'>,
  { context: { pathOf, toolset }, seen }: { readonly context: TaskContext; readonly seen: ReadonlySet<number | null> },
): AsyncGenerator<{ readonly atMs: number | null; readonly picture: Picture }> {
  const path = await pathOf(media);
  if (clip === null) {
    for await (const picture of smallFrames({ path, toolset, longSide })) yield { atMs: null, picture };
    return;
  }
  for (const atMs of clip.atMs) {
    if (seen.has(atMs)) continue;
    const range = { fromMs: atMs, untilMs: atMs + 2000 / clip.fps };
    for await (const picture of smallFrames({ path, toolset, longSide, range })) {
      yield { atMs, picture };
      break;
    }
  }
}

/** The first of the gravest, by how sure the model was of the label that made it. */
function gravestOf(seen: readonly Seen[]): Seen | undefined {
  const rank = ({ verdict, label, scores }: Seen): number => verdicts.indexOf(verdict) + (label === null ? 0 : (scores[label] ?? 0) / 2);
  return seen.reduce<Seen | undefined>((most, one) => (most === undefined || rank(one) > rank(most) ? one : most), undefined);
}

function highestOf(seen: readonly Seen[]): Look['scores'] {
  const highest: Record<string, number> = {};
  for (const { scores } of seen) for (const [label, share] of Object.entries(scores)) highest[label] = Math.max(highest[label] ?? 0, share);
  return highest;
}
