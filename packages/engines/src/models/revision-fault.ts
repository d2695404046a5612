import { FilmwrightError, type ProblemCode } from '@filmwright/contracts';

/** Something is wrong with the files of a revision themselves, whatever was asked of them, nor is it the device or the memory: to try again is of no use. */
export class RevisionFault extends FilmwrightError {
  /** Whether only the files on this machine are at fault: they are damaged or gone. */
  readonly ofCopy: boolean;

  constructor(code: ProblemCode, message: string, { ofCopy = false }: { readonly ofCopy?: boolean } = {}) {
    super(code, message, { retryable: false });
    this.name = 'RevisionFault';
    this.ofCopy = ofCopy;
  }
}
