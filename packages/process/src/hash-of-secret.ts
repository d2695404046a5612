import { createHash } from 'node:crypto';

/** What stands for a secret wherever that itself must not: its SHA-256, 64 hex digits. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
