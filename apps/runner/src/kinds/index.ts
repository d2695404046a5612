import type { TaskKind } from '@filmwright/contracts';
import { gatherDrawings } from '../gather-drawings.ts';
import type { BatchRunner, KindRunner, TaskContext } from '../run-task.ts';

type Loader<K extends TaskKind> = () => Promise<KindRunner<K>>;

/** The code of a kind is loaded when a task of it first comes, so that an executor that only encodes holds no model runtime. */
function lazily<K extends TaskKind>(load: Loader<K>): KindRunner<K> {
  return async (payload, context: TaskContext) => (await load())(payload, context);
}

/** What does each kind of task. */
export const kindRunners: { readonly [K in TaskKind]: KindRunner<K> } = {
  normalise: lazily(async () => (await import('./normalise.ts')).runNormalise),
  inspect: lazily(async () => (await import('./inspect.ts')).runInspect),
  storyboard: lazily(async () => (await import('./storyboard.ts')).runStoryboard),
  speak: lazily(async () => (await import('./speak.ts')).runSpeak),
  align: lazily(async () => (await import('./align.ts')).runAlign),
  mouth: lazily(async () => (await import('./mouth.ts')).runMouth),
  cutout: lazily(async () => (await import('./cutout.ts')).runCutout),
  'cutout-clip': lazily(async () => (await import('./cutout-clip.ts')).runCutoutClip),
  generate: lazily(async () => (await import('./generate.ts')).runGenerate),
  interpolate: lazily(async () => (await import('./interpolate.ts')).runInterpolate),
  upscale: lazily(async () => (await import('./upscale.ts')).runUpscale),
  'upscale-clip': lazily(async () => (await import('./upscale-clip.ts')).runUpscaleClip),
  'find-subject': lazily(async () => (await import('./find-subject.ts')).runFindSubject),
  review: lazily(async () => (await import('./review.ts')).runReview),
  encode: lazily(async () => (await import('./encode.ts')).runEncode),
  mix: lazily(async () => (await import('./mix.ts')).runMix),
  subtitles: lazily(async () => (await import('./subtitles.ts')).runSubtitles),
  fragment: lazily(async () => (await import('./fragment.ts')).runFragment),
  thumbnails: lazily(async () => (await import('./thumbnails.ts')).runThumbnails),
  timeline: lazily(async () => (await import('./timeline.ts')).runTimeline),
  assemble: lazily(async () => (await import('./assemble.ts')).runAssemble),
  'measure-sound': lazily(async () => (await import('./measure-sound.ts')).runMeasureSound),
  measure: lazily(async () => (await import('./measure.ts')).runMeasure),
  frame: lazily(async () => (await import('./frame.ts')).runFrame),
  drill: lazily(async () => (await import('./drill.ts')).runDrill),
};

/** What does several tasks of a kind as one. */
export const batchRunners: { readonly [K in TaskKind]?: BatchRunner<K> } = {
  generate: (tasks) =>
    gatherDrawings(tasks).map(({ engine, leave }) => ({
      run: (payload, context) => kindRunners.generate(payload, { ...context, diffusion: async () => engine(await context.diffusion()) }),
      over: leave,
    })),
  // Those of one batch work at the same time.
  drill: (tasks) => Array.from({ length: tasks }, () => ({ run: kindRunners.drill })),
};
