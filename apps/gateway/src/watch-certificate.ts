import { unwatchFile, watchFile } from 'node:fs';
import { toProblem } from '@filmwright/contracts';
import { type Certificate, readCertificate } from './tls-listener.ts';

type Files = Parameters<typeof readCertificate>[0];
type Watch = {
  readonly onChange: (certificate: Certificate) => void;
  /** Told of files that cannot be used; what was shown goes on. */
  readonly onProblem: (problem: unknown) => void;
  readonly everyMs?: number;
};

/** Reads a certificate again whenever one of its files was changed, since who issues it renews it every few weeks; ends the watch when it is called. */
export function watchCertificate(files: Files, { onChange, onProblem, everyMs = 5000 }: Watch): () => void {
  // One file is written before the other: what does not fit yet does so at the next change.
  const read = (): void => void readCertificate(files).then(onChange, (error: unknown) => onProblem(toProblem(error)));
  const paths = [files.certPath, files.keyPath];
  // By looks and not by events: folders of secrets change their links, and network drives tell nobody.
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, read);
  return () => {
    for (const path of paths) unwatchFile(path, read);
  };
}
