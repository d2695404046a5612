import { FilmwrightError } from '@filmwright/contracts';

/** An error of our own writing as disk-full where the file system was full or over quota; every other error as it is. */
export function asDiskFull(error: unknown, purpose: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new FilmwrightError('disk-full', diskFullMessage(purpose), { cause: error });
}

/** What a person reads when the disk became full while `purpose` went on. */
export const diskFullMessage = (purpose: string): string =>
  `The disk became full while ${purpose}. Free space and make the film again; finished parts are kept.`;
