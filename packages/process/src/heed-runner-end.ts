import type { ChildProcess } from 'node:child_process';
import type { RunnerEnd } from '@filmwright/contracts';
import { type Heeding, heedLastWords } from './last-words.ts';

/**
 * Heeds the process of a runner, whose standard error must be a pipe, and resolves once it is gone with how it ended, by the id that it told when it had joined;
 * with null for one that had not, or that ended in order. Of its log (SPEC.md, P3) errors alone are kept, since the rest says nothing of its end and tells of
 * others' tasks.
 */
export function heedRunnerEnd(child: ChildProcess, { pass }: Pick<Heeding, 'pass'> = {}): Promise<RunnerEnd | null> {
  const words = heedLastWords(child, { pass, keep: errorOf });
  let runnerId: string | undefined;
  child.on('message', (sign: { readonly runner?: unknown }) => {
    if (typeof sign.runner === 'string') runnerId = sign.runner;
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', async (status, signal) => {
      const endedAt = new Date().toISOString();
      resolve(runnerId === undefined || status === 0 ? null : { runnerId, endedAt, signal, status, ...(await words.tell()) });
    });
  });
}

type LogLine = { readonly level?: unknown; readonly msg?: unknown; readonly problem?: { readonly detail?: unknown } };
const errorLevel = 50;

/** What a line of a log says of an error; any other line of it is empty, and what is none stays as it is. */
function errorOf(line: string): string {
  if (!line.startsWith('{"level":')) return line;
  try {
    const { level, msg, problem } = JSON.parse(line) as LogLine;
    return Number(level) < errorLevel ? '' : [msg, problem?.detail].filter(Boolean).join(': ');
  } catch {
    return '';
  }
}
