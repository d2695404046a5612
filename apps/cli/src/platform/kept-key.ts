import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The key that signs addresses of films, made once per home and readable by its owner only: an address stays good when the platform starts anew. */
export async function keptKey(home: string): Promise<string> {
  const path = join(home, 'signing.key');
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found.length >= 32) return found;
  const key = randomBytes(32).toString('base64url');
  const part = `${path}.${process.pid}`;
  await writeFile(part, key, { mode: 0o600 });
  await rename(part, path);
  return key;
}
