import { z } from 'zod';
import { digestSchema } from './digest.ts';

const frame = z.number().int();

/** A word of a line where it is heard; milliseconds of the film. `index` counts the line's words as captions show them. */
export const shotWordSchema = z.object({ index: z.number().int(), text: z.string(), startMs: z.number(), endMs: z.number() }).readonly();

/** A line of narration on the time axis of the film; `sound` is its audio, null until it was spoken. */
export const shotLineSchema = z
  .object({
    text: z.string(),
    startMs: z.number(),
    endMs: z.number(),
    sound: digestSchema.nullable(),
    words: z.array(shotWordSchema).readonly(),
  })
  .readonly();

/** A span of the first rendition that shows it: `still` is a small JPEG of one of its frames, there as soon as it is encoded. */
export const shotSpanSchema = z
  .object({
    startFrame: frame,
    frames: frame,
    state: z.enum(['foreseen', 'waiting', 'leased', 'done', 'failed']),
    still: digestSchema.nullable(),
  })
  .readonly();

/**
 * A take that a model draws for a shot: `percent` of its drawing, and a picture of it as soon as it is there. `task` is the key of what draws it. While it is
 * drawn `preview` is where the newest picture of how far it is can be had, another address for each; null or left out where there is none.
 */
export const drawnTakeSchema = z
  .object({
    take: z.number().int(),
    seed: z.number().int().nullable(),
    state: z.enum(['foreseen', 'waiting', 'leased', 'done', 'failed']),
    percent: z.number().min(0).max(100),
    still: digestSchema.nullable(),
    task: z.string().nullable().optional(),
    preview: z.string().nullable().optional(),
  })
  .readonly();
export type DrawnTake = z.infer<typeof drawnTakeSchema>;

/** A shot as far as it is made. `percent` is by estimated work of the tasks that are its own. */
export const shotProgressSchema = z
  .object({
    id: z.string(),
    index: z.number().int(),
    startFrame: frame,
    frames: frame,
    /** False while its length is an estimate. */
    timed: z.boolean(),
    percent: z.number().min(0).max(100),
    lines: z.array(shotLineSchema).readonly(),
    spans: z.array(shotSpanSchema).readonly(),
    /** Left out for a shot that has nothing drawn. */
    takes: z.array(drawnTakeSchema).readonly().optional(),
    /** Everything that decides what is drawn in any take, as a text to compare with that of a document: the takes of equal ones are the same. */
    drawing: z.string().optional(),
  })
  .readonly();
export type ShotProgress = z.infer<typeof shotProgressSchema>;

/** Answer of GET /v1/builds/:id/shots: the film on its time axis, as far as it is known. `media` gives the readable form of each upload by its path. */
export const buildShotsSchema = z
  .object({
    fps: z.number().int(),
    width: z.number().int(),
    height: z.number().int(),
    frames: frame,
    shots: z.array(shotProgressSchema).readonly(),
    media: z
      .record(
        z.string(),
        z
          .object({
            asset: digestSchema,
            type: z.enum(['picture', 'clip', 'sound', 'font', 'lut', 'rig']),
            width: z.number().optional(),
            height: z.number().optional(),
            durationMs: z.number().optional(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type BuildShots = z.infer<typeof buildShotsSchema>;
