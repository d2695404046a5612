import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Names the compositor and the text painter: frames of different ones may differ in their bytes. */
export async function renderToolchain(): Promise<string> {
  const compositor = await readFile(new URL('./compositor/compositor.wasm', import.meta.url));
  const digest = createHash('sha256').update(compositor).digest('hex').slice(0, 12);
  const { version } = createRequire(import.meta.url)('@napi-rs/canvas/package.json') as { version: string };
  return `compositor ${digest} canvas ${version}`;
}
