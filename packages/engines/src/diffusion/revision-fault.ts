import { FilmwrightError, type ProblemCode } from '@filmwright/contracts';

/** Something is wrong with the files of a revision themselves, whatever was asked of them, nor is it the device or the memory: to try again is of no use. */
export class RevisionFault extends FilmwrightError {
  constructor(code: ProblemCode, message: string) {
    super(code, message, { retryable: false });
    this.name = 'RevisionFault';
  }
}
