import { toProblem } from '@filmwright/contracts';
import { type Certificate, readCertificate } from './tls-listener.ts';

type Files = Parameters<typeof readCertificate>[0];
type Watch = {
  /** The one that was read before. */
  readonly shown: Certificate;
  readonly onChange: (certificate: Certificate) => void;
  /** Told of files that cannot be used; what was shown goes on. */
  readonly onProblem: (problem: unknown) => void;
  readonly everyMs?: number;
};

/**
 * Reads a certificate again and again, and tells of each that is another than the one before, `shown` at first, since who issues it renews it every few weeks;
 * ends the watch when it is called. By looks at the files and not by events or times of changes: folders of secrets change their links, network drives tell
 * nobody, and what changed before the first look would be missed.
 */
export function watchCertificate(files: Files, { shown, onChange, onProblem, everyMs = 5000 }: Watch): () => void {
  let last = shown;
  let told = '';
  const look = (): Promise<void> =>
    readCertificate(files).then(
      (found) => {
        told = '';
        if (found.cert === last.cert && found.key === last.key) return;
        last = found;
        onChange(found);
      },
      (error: unknown) => {
        // One file is written before the other: what does not fit yet does so at the next look.
        const problem = toProblem(error);
        if (problem.detail !== told) onProblem(problem);
        told = problem.detail;
      },
    );
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => clearInterval(timer);
}
