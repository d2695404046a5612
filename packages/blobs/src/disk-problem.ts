import { statfs } from 'node:fs/promises';
import { FilmwrightError } from '@filmwright/contracts';

const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** The error code of a file system error, or undefined for anything else. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

async function freeBytes(folder: string): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return `${bavail * bsize} bytes`;
  } catch {
    return 'an unknown number of bytes';
  }
}

/** Turns a full disk or quota into `disk-full` with path, space found and wanted; anything else comes back as it was. */
export async function diskProblem(
  error: unknown,
  place: { readonly folder: string; readonly neededBytes: number | null },
): Promise<unknown> {
  if (!fullCodes.has(codeOf(error))) return error;
  const wanted = place.neededBytes === null ? 'more than that is needed' : `${place.neededBytes} bytes are needed`;
  return new FilmwrightError(
    'disk-full',
    `No room in ${place.folder}: ${await freeBytes(place.folder)} free, ${wanted}. Free space there or set FILMWRIGHT_HOME to a larger disk, then run the same command again; finished work is kept.`,
    { cause: error },
  );
}
