import { z } from 'zod';
import { capabilities, doneBy, drawing, drawnLength, madeClip, seedSchema, upscaledClip, upscaledPicture } from './capabilities/index.ts';
import {
  captionSourceSchema,
  cueSchema,
  encodeSettingsSchema,
  soundCompositionSchema,
  spanCompositionSchema,
  textSourceSchema,
} from './composition.ts';
import { assetSchema, digestSchema } from './digest.ts';
import { drillTaskSchema } from './drill.ts';
import { captionDriftSchema, loudnessCurveSchema } from './measured.ts';
import { mediaSchema } from './media.ts';
import { cmafSchema } from './package.ts';
import { issueSchema } from './problem.ts';
import { speechEnergySchema } from './rig.ts';
import { subjectSearch } from './subject.ts';
import { timelineSchema } from './timeline.ts';

export * from './task-needs.ts';

/** Payload and output of every task kind; a change of meaning raises the kind's version and so every key. */
export const taskKinds = {
  /** Probe an upload in the confined child and make it a form that is safe to read. `expect` is what the document uses it as. */
  normalise: {
    version: 2,
    reproducible: true,
    payload: z.object({ upload: digestSchema, name: z.string(), expect: z.enum(['picture', 'clip', 'sound', 'font', 'lut', 'rig']) }),
    output: z.object({ media: mediaSchema, warnings: z.array(z.string()).readonly() }),
  },
  /** Look at every text of a film with its real fonts and backgrounds: glyphs, overflow, contrast, safe areas. */
  inspect: {
    version: 4,
    reproducible: true,
    payload: z.object({
      width: z.number().int(),
      height: z.number().int(),
      texts: z
        .array(
          z
            .object({
              path: z.string(),
              source: z.discriminatedUnion('type', [textSourceSchema, captionSourceSchema]),
              behind: spanCompositionSchema.nullable(),
            })
            .readonly(),
        )
        .readonly(),
    }),
    output: z.object({ issues: z.array(issueSchema).readonly() }),
  },
  /** Have a model break a script down into shots. */
  storyboard: {
    version: 1,
    reproducible: false,
    payload: capabilities.storyboard.input,
    output: capabilities.storyboard.output,
  },
  /** Speak one line. `times` is null where the engine cannot tell, then `align` times the words. */
  speak: {
    version: 2,
    reproducible: false,
    payload: capabilities.speech.input,
    output: capabilities.speech.output,
  },
  /** Time the words of a line in given audio: an own recording, or speech whose engine gives no times. */
  align: {
    version: 1,
    reproducible: true,
    payload: capabilities['word-timing'].input,
    output: capabilities['word-timing'].output,
  },
  /** Measure how loud a line is from moment to moment, for the mouth of the figure that says it. */
  mouth: {
    version: 1,
    reproducible: true,
    payload: z.object({ audio: digestSchema }),
    output: z.object({ energy: speechEnergySchema }),
  },
  /** Cut the subject out of a still. */
  cutout: {
    version: 5,
    reproducible: true,
    payload: capabilities.matting.input,
    output: capabilities.matting.output,
  },
  /** Find what a picture or a part of a clip shows, so that it can be cropped around it. */
  'find-subject': {
    version: 5,
    reproducible: true,
    payload: subjectSearch.input,
    output: subjectSearch.output,
  },
  /** Cut a subject out of frames of a normalised clip. */
  'cutout-clip': {
    version: 6,
    reproducible: true,
    payload: capabilities['video-matting'].input,
    output: capabilities['video-matting'].output,
  },
  /**
   * Draw a picture (`frames` 1) or a clip from words, and from a picture where one is given. A clip's asset closes a circle: its first frame comes
   * again at its end, which `closing` reaches by that frame alone or by the frames before it backwards; `frames` of the output counts them too. `still` is
   * a picture of it. Where the given picture is clear it is taken for grey. On a processor the bytes are the same again; on other devices the first that are made are those for good.
   */
  generate: {
    version: 2,
    reproducible: false,
    payload: z.object({
      ...drawing,
      steps: z.number().int().min(1).max(1000),
      guidance: z.number().min(0).max(100),
      ...drawnLength,
      closing: z.enum(['loop', 'swing']),
      picture: digestSchema.nullable(),
      strength: z.number().min(0).max(1),
    }),
    output: z.object({ ...madeClip, still: assetSchema, seed: seedSchema, ...doneBy }),
  },
  /** Draw the frames between those of a piece of a normalised clip, so that it moves smoothly where it plays slower than the film. */
  interpolate: {
    version: 2,
    reproducible: true,
    payload: capabilities.interpolation.input,
    output: capabilities.interpolation.output,
  },
  /** Make a still larger, and clearer. */
  upscale: { version: 1, reproducible: true, payload: upscaledPicture.input, output: upscaledPicture.output },
  /** Make the frames of a piece of a normalised clip larger. */
  'upscale-clip': { version: 1, reproducible: true, payload: upscaledClip.input, output: upscaledClip.output },
  /** Look at a normalised picture, or at a normalised clip now and then, for what should not be shown before a person saw it. */
  review: {
    version: 2,
    reproducible: true,
    payload: capabilities['image-review'].input,
    output: capabilities['image-review'].output,
  },
  /** Compose and encode one span of one rendition. Statistics are taken of the frames as they go into the encoder; SSIM by the encoder. */
  encode: {
    version: 5,
    reproducible: true,
    payload: z.object({ span: spanCompositionSchema, encode: encodeSettingsSchema }),
    output: z.object({
      asset: assetSchema,
      /** A small JPEG of the span's middle frame. */
      still: assetSchema,
      frames: z.number().int().positive(),
      ssim: z.number().nullable(),
      blackFrames: z.array(z.number().int()).readonly(),
      repeatedFrames: z.array(z.number().int()).readonly(),
      composeMs: z.number(),
      cmaf: cmafSchema,
    }),
  },
  /** Mix voices and music, level and limit, encode as AAC. */
  mix: {
    version: 2,
    reproducible: true,
    payload: z.object({ sound: soundCompositionSchema }),
    output: z.object({ asset: assetSchema, samples: z.number().int().positive(), gainDb: z.number() }),
  },
  /** Write WebVTT and SRT from the cues that the burnt-in captions show. */
  subtitles: {
    version: 2,
    reproducible: true,
    payload: z.object({ cues: z.array(cueSchema).readonly(), language: z.string() }),
    output: z.object({ vtt: assetSchema, srt: assetSchema }),
  },
  /** Lay the sound out in fragments of four seconds that players can fetch one by one; nothing is encoded again. */
  fragment: {
    version: 1,
    reproducible: true,
    payload: z.object({ sound: digestSchema, samples: z.number().int().positive() }),
    output: z.object({ asset: assetSchema, cmaf: cmafSchema }),
  },
  /** Take a poster from a span, and small pictures of the whole film, one every `everyMs`, set on sheets. */
  thumbnails: {
    version: 1,
    reproducible: true,
    payload: z.object({
      spans: z
        .array(z.object({ asset: digestSchema, frames: z.number().int() }).readonly())
        .min(1)
        .readonly(),
      fps: z.number().int(),
      everyMs: z.number().positive(),
      tileWidth: z.number().int(),
      tileHeight: z.number().int(),
      columns: z.number().int(),
      rows: z.number().int(),
      poster: z.object({ asset: digestSchema, frame: z.number().int() }).readonly(),
    }),
    output: z.object({ poster: assetSchema, sheets: z.array(assetSchema).min(1).readonly(), tiles: z.number().int().positive() }),
  },
  /** Join spans and sound into the master without encoding again. */
  assemble: {
    version: 3,
    reproducible: true,
    payload: z.object({
      spans: z
        .array(z.object({ asset: digestSchema, frames: z.number().int() }).readonly())
        .min(1)
        .readonly(),
      sound: digestSchema.nullable(),
      fps: z.number().int(),
      title: z.string(),
      language: z.string(),
      /** The frame of the first span that stands for the film, as a picture in its size; null, or left out, takes none. */
      poster: z.number().int().nonnegative().nullable().optional(),
    }),
    output: z.object({ asset: assetSchema, frames: z.number().int(), poster: assetSchema.nullable().optional() }),
  },
  /** Write a film's timeline for desktop editors (OpenTimelineIO), and the list of the files that go with it. */
  timeline: {
    version: 1,
    reproducible: true,
    payload: z.object({ timeline: timelineSchema }),
    output: z.object({ otio: assetSchema, list: assetSchema }),
  },
  /** Measure the film's sound as a viewer gets it, and how far words are shown from where they are heard. */
  'measure-sound': {
    version: 3,
    reproducible: true,
    payload: z.object({
      sound: digestSchema,
      // Starts of the words that follow a pause, from the start of the line.
      voices: z.array(z.object({ asset: digestSchema, startsMs: z.array(z.number()).readonly() }).readonly()).readonly(),
    }),
    output: z.object({
      loudnessLufs: z.number().nullable(),
      truePeakDb: z.number().nullable(),
      loudnessRangeLu: z.number().nullable(),
      curve: loudnessCurveSchema,
      captions: captionDriftSchema.nullable(),
    }),
  },
  /** Measure the master's frames, lengths and colour as a viewer gets them. */
  measure: {
    version: 2,
    reproducible: true,
    payload: z.object({ master: digestSchema, fps: z.number().int() }),
    output: z.object({
      frames: z.number().int(),
      width: z.number().int(),
      height: z.number().int(),
      videoMs: z.number(),
      soundMs: z.number().nullable(),
      colour: z.object({ primaries: z.string(), transfer: z.string(), matrix: z.string(), range: z.string() }).readonly(),
    }),
  },
  /** One finished frame as PNG. */
  frame: {
    version: 4,
    reproducible: true,
    payload: z.object({ span: spanCompositionSchema }),
    output: z.object({ asset: assetSchema }),
  },
  /** Of drills, never of films: takes its time and makes bytes that follow from the seed and from the bytes of its inputs alone. */
  drill: {
    version: 1,
    reproducible: true,
    payload: drillTaskSchema,
    output: z.object({ asset: assetSchema }),
  },
} as const;

export type TaskKind = keyof typeof taskKinds;
export const taskKindNames = Object.keys(taskKinds) as readonly TaskKind[];
export type Payload<K extends TaskKind> = z.infer<(typeof taskKinds)[K]['payload']>;
export type Output<K extends TaskKind> = z.infer<(typeof taskKinds)[K]['output']>;

/** Name of a keyed task: `sha256-...` over kind, version, payload and the toolchain that shapes its bytes. */
export type TaskKey = string;
export type TaskOf<K extends TaskKind> = {
  readonly key: TaskKey;
  readonly kind: K;
  readonly version: number;
  readonly toolchain: string;
  readonly payload: Payload<K>;
  /** Expected time on one slot; used for order, progress and time left. */
  readonly estimateMs: number;
  /** Of the ready tasks of a build, smaller ranks go first; 0 for most. */
  readonly rank: number;
  /** Digests that the task reads; they must not be swept while it waits. */
  readonly inputs: readonly string[];
};
/** Any keyed task, told apart by `kind`. */
export type Task = { [K in TaskKind]: TaskOf<K> }[TaskKind];

/** Strings that shape a kind's bytes beyond its payload (ffmpeg build, encoder, fonts engine); a runner offers them, kinds left out need none. */
export const toolchainSchema = z.partialRecord(z.enum(taskKindNames as [TaskKind, ...TaskKind[]]), z.string()).readonly();
export type Toolchain = z.infer<typeof toolchainSchema>;
