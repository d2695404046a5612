import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunnerEnd, runnerEndSchema } from '@filmwright/contracts';

/** How the runner of a home ended, from one start of the command to the next. */
export type KeptEnd = {
  /** In JSON; empty where nothing is kept. */
  readonly read: () => string;
  readonly keep: (end: RunnerEnd) => void;
  /** It was told. */
  readonly forget: () => void;
};

/** What is kept is only told to explain what was lost: where it cannot be read or written, nothing is. */
export function keptEnd(home: string): KeptEnd {
  const path = join(home, 'runner-end.json');
  const trying = (what: () => unknown): string => {
    try {
      return String(what() ?? '');
    } catch {
      return '';
    }
  };
  return {
    read: () => trying(() => JSON.stringify(runnerEndSchema.parse(JSON.parse(readFileSync(path, 'utf8'))))),
    keep: (end) => void trying(() => writeFileSync(path, JSON.stringify(end), { mode: 0o600 })),
    forget: () => void trying(() => rmSync(path, { force: true })),
  };
}
