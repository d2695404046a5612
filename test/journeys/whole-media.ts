import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whatever is visible in a store has the bytes that its name says; beside that there is what is being written, and the mark of whose store it is. */
export function assertWholeMedia(root: string): void {
  for (const name of readdirSync(root).filter((one) => one !== 'tmp' && one !== 'records-id')) assertWhole(join(root, name), name);
}

function assertWhole(path: string, name: string): void {
  if (statSync(path).isDirectory()) for (const inner of readdirSync(path)) assertWhole(join(path, inner), inner);
  else assert.equal(`sha256-${createHash('sha256').update(readFileSync(path)).digest('hex')}`, name);
}
