import type { LastWords } from '@filmwright/process/last-words';

/** The part of a sentence that tells the last words of a process; empty where nothing is known. */
export function wordsText(last: LastWords | undefined): string {
  const { peakMib, lines } = last ?? { peakMib: null, lines: [] };
  const memory = peakMib === null ? [] : [`held ${peakMib} MiB of memory at most`];
  const words = lines.length === 0 ? [] : [`wrote last "${lines.join(' | ')}"`];
  const said = [...memory, ...words].join(' and ');
  return said === '' ? '' : `${said}, and `;
}
