import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { GenerateRequest } from './generate-request.ts';
import type { DiffusionModel } from './open-diffusion-engine.ts';

/** A generation between two steps: `step` is the next one to take. Noise needs no place here, as each draw is made from seed and number. */
export type Checkpoint = { readonly step: number; readonly latents: Float32Array };

type Head = { readonly format: 1; readonly key: string; readonly step: number; readonly count: number; readonly digest: string };

/** Of the latents and of what they belong to: a step that was changed is as wrong as a number that was. */
function digestOf(bytes: Uint8Array, { key, step }: Pick<Head, 'key' | 'step'>): string {
  return createHash('sha256')
    .update(JSON.stringify([key, step]))
    .update(bytes)
    .digest('hex');
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Writes the checkpoint so that the file holds either the one before or this one, whatever ends the process; after a power cut its digest tells whether it is whole. `key` says what it belongs to. */
export async function writeCheckpoint(path: string, { key, step, latents }: Checkpoint & { readonly key: string }): Promise<void> {
  const bytes = bytesOf(latents);
  const head: Head = { format: 1, key, step, count: latents.length, digest: digestOf(bytes, { key, step }) };
  // One name, so that a killed process leaves one at most, which the next overwrites.
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]));
    await rename(unfinished, path);
  } catch (error) {
    // Another drawing of the same put it in its place.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(path)) return;
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** The checkpoint at `path`, or why there is none to go on from: `none`, `other` (it belongs to another request) or `broken`. */
export async function readCheckpoint(path: string, key: string): Promise<Checkpoint | 'none' | 'other' | 'broken'> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!bytes) return 'none';
  const end = bytes.indexOf(10);
  let head: Head;
  try {
    head = Object(JSON.parse(bytes.subarray(0, Math.max(end, 0)).toString('utf8'))) as Head;
  } catch {
    return 'broken';
  }
  const body = bytes.subarray(end + 1);
  if (head.format !== 1 || body.byteLength !== head.count * 4 || digestOf(body, head) !== head.digest) return 'broken';
  if (head.key !== key) return 'other';
  const latents = new Float32Array(head.count);
  bytesOf(latents).set(body);
  return { step: head.step, latents };
}

/** What a checkpoint belongs to: the request, the revision, and what else of the engine shapes bytes. */
export function checkpointKey(model: DiffusionModel, request: GenerateRequest, engine: readonly unknown[]): string {
  const { initImage, ...plain } = request;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([1, model.revision, engine, Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1))]));
  if (initImage) hash.update(`${initImage.width}x${initImage.height}`).update(initImage.rgb);
  return hash.digest('hex');
}
