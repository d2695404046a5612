import { FilmwrightError } from '@filmwright/contracts';

export type UploadFault = {
  /** What is wrong, without the file's name and without a full stop. */
  readonly wrong: string;
  readonly wanted: string;
  readonly next: string;
  readonly cause?: unknown;
};

/** The error of an upload that cannot be used, naming the file as the person who gave it knows it. */
export function uploadFault(name: string, { wrong, wanted, next, cause }: UploadFault): FilmwrightError {
  return new FilmwrightError('media-invalid', `${name}: ${wrong}; wanted ${wanted}; ${next}.`, cause === undefined ? {} : { cause });
}
