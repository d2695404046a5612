import { type Credit, type Output, type Payload, type SubjectSample, subjectSampleSchema } from '@filmwright/contracts';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { type LocatedSubject, openSubjectFinder, type SubjectFinder } from '@filmwright/engines/subject/locate-subject';
import { watchCuts } from '@filmwright/render/media/scene-cuts';
import { smallFrames } from '@filmwright/render/media/small-frames';
import type { KindRunner, TaskContext } from '../run-task.ts';

/** Longer side of what is looked at. */
const longSide = 384;

/** Finds what a picture shows, which of two models cuts it out, or what the part of a clip shows every so often and after each cut. Handed back between looks, it goes on behind the last one. */
export const runFindSubject: KindRunner<'find-subject'> = async (payload, context) => {
  const finder = await openSubjectFinder({
    home: context.home,
    models: payload.models,
    ...(payload.models.length > 0 && { pool: await context.pictureModels() }),
  });
  try {
    if (payload.purpose === 'cut-out') {
      const locate: SubjectFinder['locate'] = (picture) => finder.choose(picture);
      // Whoever cuts it out is credited there.
      return { samples: (await look(payload, { context, locate })).samples, cutsMs: [], credits: [] };
    }
    const { samples, cuts } = await look(payload, { context, locate: finder.locate });
    return { samples, cutsMs: cuts, credits: await creditsOf(payload.models, { samples, home: context.home }) };
  } finally {
    await finder.close();
  }
};

type Looking = { readonly context: TaskContext; readonly locate: SubjectFinder['locate'] };
type Seen = { readonly samples: readonly SubjectSample[]; readonly cuts: readonly number[] };

async function look({ media, clip, purpose }: Payload<'find-subject'>, { context, locate }: Looking): Promise<Seen> {
  const path = await context.pathOf(media);
  const { toolset } = context;
  const left = leftBy(context.borders.resume);
  const samples: SubjectSample[] = [...left.samples];
  const cuts: number[] = [];
  if (clip === null) {
    for await (const frame of smallFrames({ path, toolset, longSide })) samples.push({ atMs: 0, ...rounded(await locate(frame)) });
    return { samples, cuts };
  }
  const { fromMs, untilMs, everyMs, fps, crop } = clip;
  const firstFrame = Math.ceil((fromMs * fps) / 1000 - 1e-6);
  const watch = watchCuts();
  let nextMs = fromMs;
  let { before } = left;
  for await (const frame of smallFrames({ path, toolset, longSide, range: { fromMs, untilMs }, crop: crop ?? undefined })) {
    const atMs = Math.round(((firstFrame + frame.index) * 1000) / fps);
    const cut = purpose !== 'cut-out' && watch.seen(frame);
    if (cut) cuts.push(atMs);
    if (!cut && atMs < nextMs) continue;
    nextMs = fromMs + (Math.floor((atMs - fromMs) / everyMs) + 1) * everyMs;
    // Frames that were looked at before pass by once more for the cuts between them.
    if (atMs <= left.untilMs) continue;
    before = await locate(frame, before === undefined || cut ? {} : { before });
    samples.push({ atMs, ...rounded(before) });
    context.borders.reach((): Left => ({ samples, ...(before && { before }) }));
    context.progress(Math.min(99, ((atMs - fromMs) * 100) / Math.max(1, untilMs - fromMs)));
  }
  return { samples, cuts };
}

/** What an attempt that was handed back had found; `before` is its last find as it was, not rounded. */
type Left = { readonly samples: readonly SubjectSample[]; readonly before?: LocatedSubject };

function leftBy(resume: unknown): Left & { readonly untilMs: number } {
  const { samples, before } = Object(resume) as Partial<Left>;
  const found = subjectSampleSchema.array().safeParse(samples).data;
  const last = found?.at(-1);
  if (found === undefined || last === undefined || before === undefined) return { samples: [], untilMs: Number.NEGATIVE_INFINITY };
  return { samples: found, before, untilMs: last.atMs };
}

const four = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
const boxOf = ({ x, y, width, height }: LocatedSubject['box']) => ({ x: four(x), y: four(y), width: four(width), height: four(height) });

function rounded({ kind, point, box, head, confidence }: LocatedSubject): Omit<SubjectSample, 'atMs'> {
  return {
    kind,
    point: [four(point[0]), four(point[1])],
    box: boxOf(box),
    head: head === null ? null : boxOf(head),
    confidence: four(confidence),
  };
}

/** The models that found something. */
async function creditsOf(
  models: readonly string[],
  { samples, home }: { readonly samples: readonly SubjectSample[]; readonly home: string },
): Promise<Output<'find-subject'>['credits']> {
  const credits: Credit[] = [];
  for (const name of models) {
    const { card } = await installedModel({ name, home });
    const used = samples.some(({ kind }) => (card.finds === 'people' ? kind === 'people' : kind === 'object'));
    if (used) credits.push(creditOfModel(card));
  }
  return credits;
}
