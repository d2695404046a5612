import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { transitionKinds } from './film-values.ts';

const frames = z.number().int().nonnegative();
const samples = z.number().int().nonnegative();

/** A shot on a timeline: its picture is a file of its own, and goes on for `handleFrames` after the shot where the next one is entered by a transition. */
export const timelineShotSchema = z
  .object({
    /** Place in the film's storyboard. */
    index: z.number().int().nonnegative(),
    id: z.string().nullable(),
    file: z.string(),
    frames: z.number().int().positive(),
    handleFrames: frames,
    /** Frames that its narration needs; 0 without one. */
    spokenFrames: frames,
    /** How it is entered; null for a cut. */
    transition: z
      .object({ kind: z.enum(transitionKinds), frames: z.number().int().positive() })
      .readonly()
      .nullable(),
    /** In frames of the shot. */
    captions: z.array(z.object({ fromFrame: frames, untilFrame: frames, text: z.string() }).readonly()).readonly(),
  })
  .readonly();
export type TimelineShot = z.infer<typeof timelineShotSchema>;

/** A piece of sound on a timeline; positions and lengths in samples of 48 kHz, rounded to the sample before. */
export const timelineSoundSchema = z
  .object({
    name: z.string(),
    file: z.string(),
    startSample: samples,
    fromSample: samples,
    samples: z.number().int().positive(),
    /** Length of the file. */
    fileSamples: z.number().int().positive(),
    gainDb: z.number(),
    /** How much faster than it is it plays, at its pitch; it takes as many times more of its file. */
    speed: z.number().positive().optional(),
    /** How far it gives way to voices. */
    duckDb: z.number().optional(),
    /** Storyboard index of the shot it belongs to; null for music. */
    shot: z.number().int().nonnegative().nullable(),
    /** Where the film document names it. */
    path: z.string(),
  })
  .readonly();
export type TimelineSound = z.infer<typeof timelineSoundSchema>;

/** A track of sound: what one voice says, the sound of clips, or the music with how it gives way to voices. */
export const timelineTrackSchema = z
  .object({
    name: z.string(),
    role: z.enum(['voice', 'clip', 'music']),
    sounds: z.array(timelineSoundSchema).readonly(),
    duckDb: z.number().optional(),
    fadeInSamples: samples.optional(),
    fadeOutSamples: samples.optional(),
  })
  .readonly();
export type TimelineTrack = z.infer<typeof timelineTrackSchema>;

/** A film laid out for desktop editors. `file` is always a path in the bundle; `document` is the film as it was written, as JSON text. */
export const timelineSchema = z
  .object({
    title: z.string(),
    fps: z.number().int().positive(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    frames: z.number().int().positive(),
    document: z.string(),
    /** Files that the document names: `name` as written there. */
    sources: z.array(z.object({ name: z.string(), file: z.string() }).readonly()).readonly(),
    shots: z.array(timelineShotSchema).min(1).readonly(),
    tracks: z.array(timelineTrackSchema).readonly(),
    /** The finished film, whose sound lies muted under the rest; `samples` is 0 for a silent film. */
    master: z.object({ file: z.string(), samples, loudnessLufs: z.number() }).readonly(),
    subtitles: z.array(z.string()).readonly(),
    /** Every file of the bundle beside the timeline itself. */
    bundle: z.array(z.object({ path: z.string(), asset: digestSchema }).readonly()).readonly(),
  })
  .readonly();
export type Timeline = z.infer<typeof timelineSchema>;

/** What a bundle holds, in order, as its list of files says. */
export const bundleSchema = z
  .object({
    files: z
      .array(z.object({ path: z.string(), asset: digestSchema }).readonly())
      .min(1)
      .readonly(),
  })
  .readonly();
export type Bundle = z.infer<typeof bundleSchema>;
