import { z } from 'zod';
import { digestSchema } from './digest.ts';

export const libraryKinds = ['picture', 'clip', 'sound', 'character', 'brand'] as const;
export type LibraryKind = (typeof libraryKinds)[number];

/**
 * Something kept for many films. `body` is what a film document would hold in its place: of a picture, clip or sound the path of its file,
 * of a character an entry of `characters`, of a brand kit a `brand`; `files` maps the paths in it to assets.
 */
export const libraryItemSchema = z
  .object({
    id: z.string(),
    kind: z.enum(libraryKinds),
    name: z.string(),
    tags: z.array(z.string()).readonly(),
    body: z.unknown(),
    files: z.record(z.string(), digestSchema).readonly(),
    version: z.number().int().positive(),
    createdAt: z.string(),
    changedAt: z.string(),
  })
  .readonly();
export type LibraryItem = z.infer<typeof libraryItemSchema>;

/** Body of POST /v1/library and of PUT /v1/library/:id (which names the version it changes by `If-Match`). */
export const librarySaveSchema = z.strictObject({
  kind: z.enum(libraryKinds),
  name: z.string().trim().min(1).max(200),
  tags: z.array(z.string().trim().min(1).max(50)).max(20).default([]),
  body: z.unknown(),
  files: z.record(z.string(), digestSchema).default({}),
});
export type LibrarySave = z.input<typeof librarySaveSchema>;

/** A page of items, the last changed first; `next` is the `after` of the page after it. */
export type LibraryPage = { readonly items: readonly LibraryItem[]; readonly next: string | null };

/** A film to start from; `preview` and `poster` are addresses of the gateway. POST /v1/films with `document` and `files` makes a film of it. */
export const starterSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    aspect: z.string(),
    durationMs: z.number(),
    document: z.unknown(),
    files: z.record(z.string(), digestSchema).readonly(),
    preview: z.string(),
    poster: z.string(),
  })
  .readonly();
export type Starter = z.infer<typeof starterSchema>;

/** `starter.yaml` beside a film: what people read of it, its place in the list, and the folder of its files where that is not its own. */
export const starterAboutSchema = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  order: z.number().default(0),
  media: z.string().default('.'),
});

/** An upload that can be gone on with (tus 1.0): `asset` once all bytes are there and their digest is known. */
export const uploadSchema = z
  .object({ id: z.string(), name: z.string(), bytes: z.number().int(), received: z.number().int(), asset: digestSchema.nullable() })
  .readonly();
export type Upload = z.infer<typeof uploadSchema>;
