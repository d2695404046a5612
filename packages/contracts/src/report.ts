import { z } from 'zod';
import { reviewModes, textFindingSchema, verdictSchema } from './capabilities/index.ts';
import { digestSchema } from './digest.ts';
import { captionDriftSchema, creditSchema, loudnessCurveSchema } from './measured.ts';
import { issueSchema } from './problem.ts';

/**
 * What review said of a film: of every picture and clip (`verdict` null where it could not be judged; `score` is the label's share, 0..1, and `atMs`
 * where in a clip it was seen), and of its texts (`unread` are languages that were not looked at). Without a model, no media were reviewed.
 */
export const reviewReportSchema = z
  .object({
    mode: z.enum(reviewModes),
    model: z.string().nullable(),
    media: z
      .array(
        z
          .object({
            name: z.string(),
            path: z.string(),
            asset: digestSchema,
            verdict: verdictSchema.nullable(),
            label: z.string().nullable(),
            score: z.number().nullable(),
            atMs: z.number().nullable(),
          })
          .readonly(),
      )
      .readonly(),
    texts: z
      .object({ count: z.number().int(), findings: z.array(textFindingSchema).readonly(), unread: z.array(z.string()).readonly() })
      .readonly(),
    credits: z.array(creditSchema).readonly(),
  })
  .readonly();
export type ReviewReport = z.infer<typeof reviewReportSchema>;

/** What was made and how well, measured: `report.json`. Null means not applicable (no sound, no captions), never "not measured". */
export const reportSchema = z
  .object({
    filmwright: z.literal(1),
    build: z.string(),
    title: z.string(),
    master: z
      .object({ digest: digestSchema, bytes: z.number().int(), width: z.number().int(), height: z.number().int(), fps: z.number().int() })
      .readonly(),
    durationMs: z.number(),
    frames: z.number().int(),
    soundMs: z.number().nullable(),
    stages: z.array(z.object({ stage: z.string(), wallMs: z.number(), tasks: z.number().int() }).readonly()).readonly(),
    tasks: z.object({ run: z.number().int(), reused: z.number().int() }).readonly(),
    loudness: z
      .object({
        integratedLufs: z.number(),
        truePeakDb: z.number(),
        rangeLu: z.number(),
        wantedLufs: z.number(),
        curve: loudnessCurveSchema,
      })
      .readonly()
      .nullable(),
    captions: captionDriftSchema.nullable(),
    /** How far figures' mouths open from where the speech is loud, word by word; null for a film in which no figure speaks. */
    mouth: z
      .object({ method: z.string(), words: z.number().int(), p50Ms: z.number(), p95Ms: z.number() })
      .readonly()
      .nullable()
      .default(null),
    /** Of the master, and of every rung of the package. */
    ssim: z
      .object({
        mean: z.number(),
        worst: z.number(),
        rungs: z.array(z.object({ rung: z.string(), mean: z.number(), worst: z.number() }).readonly()).readonly(),
      })
      .readonly()
      .nullable(),
    blackFrames: z.array(z.number().int()).readonly(),
    repeatedFrames: z.array(z.number().int()).readonly(),
    colour: z.object({ primaries: z.string(), transfer: z.string(), matrix: z.string(), range: z.string() }).readonly(),
    shots: z.array(z.object({ id: z.string(), startFrame: z.number().int(), frames: z.number().int() }).readonly()).readonly(),
    credits: z.array(creditSchema).readonly(),
    review: reviewReportSchema.nullable().default(null),
    /**
     * What models cut out of pictures and clips, shot by shot: frames (1 for a picture), those with a subject in them, how much the edges change from frame
     * to frame where a clip stands still (0..1; null where nothing does), and what the subject was taken for where a look chose the model (else null).
     */
    cutouts: z
      .array(
        z
          .object({
            shot: z.string(),
            model: z.string(),
            taken: z.enum(['people', 'object']).nullable().default(null),
            frames: z.number().int(),
            found: z.number().int(),
            flicker: z.object({ mean: z.number(), worst: z.number() }).readonly().nullable(),
          })
          .readonly(),
      )
      .readonly()
      .default([]),
    warnings: z.array(issueSchema).readonly(),
  })
  .readonly();
export type Report = z.infer<typeof reportSchema>;
