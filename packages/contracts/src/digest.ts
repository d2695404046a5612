import { z } from 'zod';

/** Name of an asset: `sha256-` and 64 lower-case hex digits of its bytes. */
export const digestSchema = z.string().regex(/^sha256-[0-9a-f]{64}$/, 'wanted sha256- and 64 hex digits');
export type Digest = z.infer<typeof digestSchema>;

/** An asset as a task hands it over: its name, size in bytes and MIME type. */
export const assetSchema = z.object({ digest: digestSchema, bytes: z.number().int().nonnegative(), mediaType: z.string() }).readonly();
export type Asset = z.infer<typeof assetSchema>;
