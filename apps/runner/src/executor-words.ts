import type { ChildProcess } from 'node:child_process';
import { createLog } from '@filmwright/process';
import { heedLastWords } from '@filmwright/process/last-words';

/** A line that is longer goes on in parts. */
const mostCharacters = 16_384;

/**
 * Heeds an executor, and passes on what it writes as lines of this runner's log. As it stands it would be among what the runner itself wrote last, which is
 * told with all tasks that are lost with it: an executor may have written of tasks of others.
 */
export function heedExecutor(child: ChildProcess): ReturnType<typeof heedLastWords> {
  const log = createLog({ app: 'runner' });
  let rest = '';
  const write = (line: string): void => {
    if (line.trim() !== '') log('warn', 'an executor wrote', { executor: child.pid, line });
  };
  const pass = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) write(line);
    if (rest.length > mostCharacters) flush();
  };
  const flush = (): void => {
    write(rest);
    rest = '';
  };
  child.once('close', flush);
  return heedLastWords(child, { pass });
}
