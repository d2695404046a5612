import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@filmwright/process/write-whole';

/**
 * What is known of a revision on this machine beside its card: when it came and was last used, whether it stays whatever the cache must make room
 * for, and why it cannot be used (null where it can).
 */
export type ModelState = {
  readonly addedAt: string;
  readonly usedAt: string;
  readonly pinned: boolean;
  readonly broken: string | null;
};

const fileName = 'state.json';

/** The state of a revision's folder; a damaged or missing one says nothing against its files. */
export async function readState(folder: string): Promise<ModelState> {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => '{}');
  let found: Partial<ModelState> = {};
  try {
    found = Object(JSON.parse(text)) as Partial<ModelState>;
  } catch {
    // Written anew with the next change.
  }
  const { addedAt = '', usedAt = addedAt, pinned = false, broken = null } = found;
  return { addedAt, usedAt, pinned, broken };
}

/** Changes what is known of a revision. */
export async function changeState(folder: string, change: Partial<ModelState>): Promise<void> {
  await writeWhole(join(folder, fileName), `${JSON.stringify({ ...(await readState(folder)), ...change }, null, 2)}\n`);
}

/** Says to the runners of a home that its shelf of models changed: they watch the folder for names that do not begin with a dot. */
export async function tellShelf(home: string): Promise<void> {
  const folder = join(home, 'models');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '_changed'), `${new Date().toISOString()}\n`);
}
