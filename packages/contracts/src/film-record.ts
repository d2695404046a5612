import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { issueSchema } from './problem.ts';

const files = z.record(z.string(), digestSchema).readonly();

/** A film as lists show it: its title and size come from its newest version. `version` counts from 1. Times are ISO 8601. */
export const filmRecordSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    version: z.number().int().positive(),
    aspect: z.string(),
    shots: z.number().int(),
    createdAt: z.string(),
    changedAt: z.string(),
  })
  .readonly();
export type FilmRecord = z.infer<typeof filmRecordSchema>;

/** A film with one of its versions: `version`, `title`, `aspect` and `shots` are of that one. `document` is as the person wrote it, also while it has faults (`issues`); `files` maps its paths to uploaded assets. */
export const filmDetailSchema = z
  .object({
    ...filmRecordSchema.unwrap().shape,
    document: z.unknown(),
    files,
    issues: z.array(issueSchema).readonly(),
  })
  .readonly();
export type FilmDetail = z.infer<typeof filmDetailSchema>;

/** One line of what changed between two versions, in words for people; `path` points into the newer document, or the older one for what is gone. */
export const filmChangeSchema = z
  .object({ kind: z.enum(['added', 'removed', 'changed', 'moved']), path: z.string(), message: z.string() })
  .readonly();
export type FilmChange = z.infer<typeof filmChangeSchema>;

/** A saved state of a film; `changes` is against the version before. */
export const filmVersionSchema = z
  .object({
    version: z.number().int().positive(),
    savedAt: z.string(),
    note: z.string().nullable(),
    /** The version that was brought back, if it is one of those. */
    restored: z.number().int().nullable(),
    changes: z.array(filmChangeSchema).readonly(),
  })
  .readonly();
export type FilmVersion = z.infer<typeof filmVersionSchema>;

/**
 * Body of POST /v1/films and PUT /v1/films/:id. Saving names the version it was made from by `If-Match: "7"`; where somebody saved meanwhile
 * the answer is `version-conflict` (its `conflict` tells which version is there now), and nothing is lost or overwritten. Every save has the next
 * number; of the saves of one `session` (a tab) within two minutes only the last stays in the list of versions, unless one was built, noted or
 * restored. A save that changes nothing, or repeats the newest version, is answered with that version.
 */
export const filmSaveSchema = z.strictObject({
  document: z.unknown().optional(),
  files: z.record(z.string(), digestSchema).default({}),
  note: z.string().trim().min(1).max(500).optional(),
  session: z.string().max(100).optional(),
  /** Brings an old version back: its document and files are taken, those of the body are not read. */
  restored: z.number().int().positive().optional(),
});
export type FilmSave = z.input<typeof filmSaveSchema>;

/** A page of films, the last changed first; `next` is the `before` of the page after it. */
export type FilmPage = { readonly films: readonly FilmRecord[]; readonly next: string | null };
/** A page of versions, newest first; `next` is the `before` of the page after it. */
export type FilmVersionPage = { readonly versions: readonly FilmVersion[]; readonly next: number | null };

/** Event of GET /v1/films/:id/events, on connect and after every save or removal. `session` is the tab that saved. */
export const filmEventSchema = z
  .object({ version: z.number().int(), session: z.string().nullable(), savedAt: z.string(), removed: z.boolean() })
  .readonly();
export type FilmEvent = z.infer<typeof filmEventSchema>;

/** Body of POST /v1/estimates. */
export const estimateRequestSchema = z.strictObject({ document: z.unknown(), files: z.record(z.string(), digestSchema).default({}) });

/** What making a film would take, told before anything is spent. `workMs` is as if one task ran after the other, of it `slotMs` on slots of processors, and `gpuMs` the time of GPUs, each by itself; `wallMs` is on the runners that are there; `cost` is null where no price is set. */
export const estimateSchema = z
  .object({
    durationMs: z.number(),
    frames: z.number().int(),
    /** False while uploads are not probed or lines not spoken: lengths are then estimates. */
    exact: z.boolean(),
    tasks: z.object({ total: z.number().int(), reused: z.number().int() }).readonly(),
    workMs: z.number(),
    slotMs: z.number(),
    gpuMs: z.number(),
    wallMs: z.number(),
    cost: z.object({ amount: z.number(), currency: z.string() }).readonly().nullable(),
    issues: z.array(issueSchema).readonly(),
  })
  .readonly();
export type Estimate = z.infer<typeof estimateSchema>;
