import { createHash } from 'node:crypto';
import type { Generator, Output, Payload, ReviewMode, RigOutline, Task, TaskKind } from '@filmwright/contracts';
import { presenterOutline } from '@filmwright/core/figure/rig-outline';
import type { Offer } from '@filmwright/core/plan/merge-offers';
import { type Plan, planBuild } from '@filmwright/core/plan/plan-build';
import type { TaskResultView } from '@filmwright/core/plan/planner';
import { breakDownScript } from '@filmwright/core/storyboard/break-down-script';

const digestOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('hex')}`;
const asset = (name: string) => ({ digest: digestOf(name), bytes: name.length, mediaType: 'application/octet-stream' });

const cmafOf = (ticks: number) => ({
  codec: 'avc1.640028',
  timescale: 90_000,
  initBytes: 700,
  fragments: [{ offset: 700, bytes: 1000, ticks }],
});

/** Outputs that depend on the payload only, in the shape that real tasks give. */
const outputs: { readonly [K in TaskKind]: (payload: Payload<K>, key: string) => Output<K> } = {
  normalise: ({ expect, name }, key) => ({ media: media(expect, { name, key }), warnings: [] }),
  inspect: () => ({ issues: [] }),
  speak: ({ tokens, speed }, key) => {
    const wordMs = 300 / speed;
    return {
      asset: asset(key),
      sampleRate: 16_000,
      samples: Math.round(tokens.length * wordMs * 16),
      times: tokens.map((_, at) => ({ startMs: at * wordMs, endMs: (at + 1) * wordMs })),
      credit: { role: 'voice', name: 'fake', licence: 'none', source: 'test' },
      natural: true,
    };
  },
  storyboard: ({ script }) => ({
    storyboard: breakDownScript(script) ?? { title: 'none', shots: [] },
    rounds: 1,
    credit: { role: 'model', name: 'fake', licence: 'none', source: 'test' },
    notices: [],
  }),
  align: ({ tokens }) => ({ times: tokens.map((_, at) => ({ startMs: at * 250, endMs: at * 250 + 250 })), method: 'fake' }),
  mouth: () => ({ energy: { hopMs: 10, below: Array.from({ length: 400 }, (_, at) => Math.round(20 - 18 * Math.sin(at / 4))) } }),
  cutout: (_, key) => ({
    asset: asset(key),
    width: 800,
    height: 1000,
    subject: { x: 100, y: 50, width: 600, height: 900 },
    coverage: 0.5,
    credit: null,
  }),
  'cutout-clip': ({ frames }, key) => ({
    asset: asset(key),
    width: 1920,
    height: 1080,
    frames,
    found: frames,
    subject: { x: 700, y: 100, width: 520, height: 980 },
    credit: { role: 'model', name: 'fake', licence: 'none', source: 'test' },
  }),
  generate: ({ width, height, frames, rate, closing, seed }, key) => ({
    asset: asset(key),
    still: asset(`${key}.still`),
    ...{ width, height, rate, seed },
    frames: frames === 1 ? 1 : closing === 'loop' ? frames + 1 : 2 * frames - 1,
    credit: { role: 'model', name: 'fake', licence: 'none', source: 'test' },
    notices: [],
  }),
  interpolate: ({ frames, fps }, key) => ({
    asset: asset(key),
    ...{ width: 1920, height: 1080, frames, rate: fps, drawn: frames, cuts: 0 },
    credit: { role: 'model', name: 'fake', licence: 'none', source: 'test' },
    notices: [],
  }),
  upscale: ({ factor }, key) => ({
    asset: asset(key),
    ...{ width: 960 * factor, height: 540 * factor },
    credit: { role: 'model', name: 'fake', licence: 'none', source: 'test' },
    notices: [],
  }),
  'upscale-clip': ({ factor, frames, rate }, key) => ({
    asset: asset(key),
    ...{ width: 960 * factor, height: 540 * factor, frames, rate },
    credit: { role: 'model', name: 'fake', licence: 'none', source: 'test' },
    notices: [],
  }),
  review: ({ model }) => ({
    looks: [{ atMs: null, scores: { Neutral: 1 } }],
    scores: { Neutral: 1 },
    verdict: 'clear',
    label: null,
    atMs: null,
    credit: { role: 'model', name: model, licence: 'none', source: 'test' },
    notices: [],
  }),
  'find-subject': () => ({ samples: [], cutsMs: [], credits: [] }),
  encode: ({ span }, key) => ({
    asset: asset(key),
    still: asset(`${key}.still`),
    frames: span.frames,
    ssim: 0.99,
    blackFrames: [],
    repeatedFrames: [],
    composeMs: 1,
    cmaf: cmafOf((span.frames * 90_000) / span.fps),
  }),
  mix: ({ sound }, key) => ({ asset: asset(key), samples: sound.samples, gainDb: 0 }),
  subtitles: (_, key) => ({ vtt: asset(`${key}.vtt`), srt: asset(`${key}.srt`) }),
  fragment: ({ samples }, key) => ({ asset: asset(key), cmaf: { ...cmafOf(samples), timescale: 48_000 } }),
  thumbnails: (_, key) => ({ poster: asset(`${key}.jpg`), sheets: [asset(`${key}.1`)], tiles: 3 }),
  timeline: (_, key) => ({ otio: asset(`${key}.otio`), list: asset(`${key}.json`) }),
  assemble: ({ spans, poster }, key) => ({
    asset: asset(key),
    poster: poster == null ? null : asset(`${key}.jpg`),
    frames: spans.reduce((sum, span) => sum + span.frames, 0),
  }),
  'measure-sound': () => ({ loudnessLufs: -14, truePeakDb: -2, loudnessRangeLu: 3, curve: [], captions: null }),
  measure: ({ fps }) => ({
    frames: fps,
    width: 16,
    height: 16,
    videoMs: 1000,
    soundMs: 1000,
    colour: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
  }),
  frame: (_, key) => ({ asset: asset(key) }),
  drill: (_, key) => ({ asset: asset(key) }),
};

function media(
  expect: Payload<'normalise'>['expect'],
  { name, key }: { readonly name: string; readonly key: string },
): Output<'normalise'>['media'] {
  switch (expect) {
    case 'picture':
      return { type: 'picture', asset: asset(key), width: 2400, height: 1600, hasAlpha: name.includes('alpha'), meanLuma: 120 };
    case 'clip':
      return { type: 'clip', asset: asset(key), width: 1920, height: 1080, durationMs: 6000, fps: 25, hasSound: true };
    case 'sound':
      return { type: 'sound', asset: asset(key), samples: 480_000, sampleRate: 48_000, channels: 2 };
    case 'font':
      return { type: 'font', asset: asset(key), family: 'Fake', weight: 400, licence: 'OFL-1.1' };
    case 'rig':
      return { type: 'rig', asset: asset(key), outline: presenterOutline('mara') as RigOutline };
    case 'lut':
      return { type: 'lut', asset: asset(key), size: 17 };
  }
}

export type Run = { readonly plan: Plan; readonly tasks: readonly Task[] };
export type RunInput = {
  readonly document: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly purpose?: 'make' | 'check' | 'frame' | 'export' | 'preview';
  readonly atMs?: number;
  /** A model that reviews pictures; without it none are reviewed. */
  readonly reviewer?: string;
  readonly reviewMode?: ReviewMode;
  readonly reviewModel?: string;
  /** Models that cut subjects out, in place of the one for people. */
  readonly models?: readonly string[];
  /** Models that make pictures larger; none if left out. */
  readonly upscalers?: readonly string[];
  /** In place of those that are offered to the corpus. */
  readonly generators?: readonly Generator[];
  /** Pools that are to bring models; none if left out. */
  readonly pools?: Offer['pools'];
  readonly done?: ReadonlyMap<string, TaskResultView>;
  readonly change?: (task: Task, output: unknown) => TaskResultView | undefined;
};

/** Plans a film to its end, or until it waits for a pool, every task answered at once; gives all tasks in the order in which they became ready. */
export function runPlan({
  document,
  files,
  purpose = 'make',
  atMs,
  models = ['selfie-segmentation'],
  generators,
  pools,
  upscalers,
  reviewer,
  reviewMode,
  reviewModel,
  done = new Map(),
  change,
}: RunInput): Run {
  const known = new Map(done);
  const tasks: Task[] = [];
  for (let round = 0; round < 50; round++) {
    const plan = planBuild({
      buildId: 'golden',
      purpose,
      atMs: atMs ?? null,
      document,
      files,
      offer: {
        toolchain: { encode: 'golden' },
        slots: 2,
        ...(pools !== undefined && { pools }),
        models,
        modelsFor: {
          interpolation: ['rife-4.6@0123456789ab'],
          ...(reviewer !== undefined && { 'image-review': [reviewer] }),
          ...(upscalers !== undefined && { upscaling: upscalers }),
        },
        generators: generators ?? [
          {
            ref: 'backdrops@0123456789ab',
            capabilities: ['text-to-video', 'text-to-image', 'image-to-image'],
            ...{ width: 112, height: 112, multipleOf: 16, frames: 8, rate: 4, loops: true, steps: 16, guidance: 2.5, stepMs: 8 },
          },
          {
            ref: 'stills@0123456789ab',
            capabilities: ['text-to-image'],
            ...{ width: 96, height: 96, multipleOf: 32, frames: 1, rate: 8, loops: false, steps: 20, guidance: 7, stepMs: null },
          },
        ],
        voices: [
          { id: 'fake', language: 'en', natural: true, licence: 'none', engine: 'fake', revision: '1' },
          { id: 'many', language: '*', natural: false, licence: 'none', engine: 'fake', revision: '1' },
        ],
        fonts: [{ script: 'Latn', regular: digestOf('regular'), bold: digestOf('bold'), family: 'Inter', licence: 'OFL-1.1' }],
      },
      ...(reviewMode !== undefined && { reviewMode }),
      ...(reviewModel !== undefined && { reviewModel }),
      results: (key) => known.get(key),
      digestOf,
    });
    if (plan.end !== null) return { plan, tasks };
    const fresh = plan.ready.filter((task) => !known.has(task.key));
    if (fresh.length === 0 && plan.awaits !== undefined) return { plan, tasks };
    if (fresh.length === 0) throw new Error(`the plan stands still after ${round} rounds with ${plan.ready.length} tasks ready`);
    for (const task of fresh) {
      tasks.push(task);
      const output = (outputs[task.kind] as (payload: unknown, key: string) => unknown)(task.payload, task.key);
      known.set(task.key, change?.(task, output) ?? { state: 'done', output, problem: null, percent: 100, wallMs: 10, reused: false });
    }
  }
  throw new Error('the plan did not end within 50 rounds');
}

/** Digest of a text as assets and keys have it. */
export { digestOf };
