import { FilmwrightError } from '@filmwright/contracts';
import { asDiskFull } from '../ffmpeg/disk-full.ts';
import { wasKilled } from '../ffmpeg/start-program.ts';

export type UploadFault = {
  /** What is wrong, without the file's name and without a full stop. */
  readonly wrong: string;
  readonly wanted: string;
  readonly next: string;
  readonly cause?: unknown;
};

/** The error of an upload that cannot be used, naming the file as the person who gave it knows it; its one issue has no path yet, which the plan adds. */
export function uploadFault(name: string, { wrong, wanted, next, cause }: UploadFault): FilmwrightError {
  const issue = {
    severity: 'error',
    code: 'media-invalid',
    path: '',
    message: `${name}: ${wrong}; wanted ${wanted}.`,
    found: wrong,
    wanted,
    next: `${next.charAt(0).toUpperCase()}${next.slice(1)}.`,
  } as const;
  return new FilmwrightError('media-invalid', `${name}: ${wrong}; wanted ${wanted}; ${next}.`, {
    issues: [issue],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Throws an error on that says nothing about the upload: the work was called off, the machine is full or lacks a program, or somebody killed the program. */
export function throwUnlessOfUpload(
  error: unknown,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal | undefined },
): void {
  signal?.throwIfAborted();
  const known = asDiskFull(error, `taking in ${name}`);
  if (known instanceof FilmwrightError && (known.code === 'disk-full' || known.code === 'program-missing' || wasKilled(known))) throw known;
}
