import { digestSchema, FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';

/** The newest form of backups that this program writes and reads. */
export const backupForm = 1;
export const manifestName = 'manifest.json';

const count = z.number().int().min(0);
/** Names that become parts of paths. */
const plainName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
const relativePath = z
  .string()
  .refine((path) => path !== '' && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'), {
    message: 'wanted a path below the home',
  });

const manifestSchema = z.object({
  form: z.literal(backupForm),
  id: z.uuid(),
  /** The instant that the backup shows. */
  instant: z.iso.datetime(),
  filmwright: z.string(),
  postgresql: z.string(),
  /** Folder of the tables in the backup. */
  records: z.string().regex(/^records\/[0-9a-f-]+$/),
  migrations: z.array(plainName).readonly(),
  tables: z
    .array(
      z.object({
        name: plainName,
        columns: z.array(z.string()).readonly(),
        rows: count,
        bytes: count,
        digest: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .readonly(),
  sequences: z.array(z.object({ name: z.string(), value: z.string().regex(/^-?\d+$/) })).readonly(),
  /** The list of assets is a table of its own; `missing` are those of it whose bytes were gone or damaged when the backup was made. */
  assets: z.object({ count, bytes: count, digest: z.string().regex(/^[0-9a-f]{64}$/), missing: z.array(digestSchema).readonly() }),
  /** Files of the home: voices, models, the key that signs addresses. Their bytes lie among the assets. */
  files: z.array(z.object({ path: relativePath, digest: digestSchema, bytes: count, mode: z.number().int().min(0).max(0o777) })).readonly(),
});
export type BackupManifest = z.infer<typeof manifestSchema>;

/** Reads a manifest; throws `request-invalid` for one of a newer form, or that is none, naming `path`. */
export function readManifest(text: string, path: string): BackupManifest {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw notOne(path, 'its manifest is no JSON');
  }
  const form = typeof given === 'object' && given !== null && 'form' in given ? given.form : undefined;
  if (typeof form === 'number' && form > backupForm)
    throw new FilmwrightError(
      'request-invalid',
      `${path} is a backup of form ${form}; this version reads up to form ${backupForm}. Restore it with the version that made it, or a newer one.`,
    );
  const read = manifestSchema.safeParse(given);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw notOne(path, `its manifest is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`);
}

/** The refusal of something that is no backup. */
export function notOne(path: string, why: string): FilmwrightError {
  return new FilmwrightError(
    'request-invalid',
    `${path} is no backup that can be read: ${why}. Give the folder or .zip file that \`filmwright backup\` wrote.`,
  );
}

/** Path of an asset below the top of a backup. */
export function assetPath(digest: string): string {
  return `assets/${digest.slice(7, 9)}/${digest.slice(9, 11)}/${digest}`;
}
