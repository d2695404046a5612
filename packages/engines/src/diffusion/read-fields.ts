import { readFile } from 'node:fs/promises';
import { RevisionFault } from '../models/revision-fault.ts';

/** What a configuration file of a model says, by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON file, null where there is none; throws `model-unavailable` for one that is no JSON object. */
export async function readFields(path: string): Promise<Fields | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Told below: a file cut short reads the same as one that holds something else.
  }
  throw new RevisionFault('model-unavailable', `${path} is not a JSON object; it may be cut short. Install the model again.`);
}
