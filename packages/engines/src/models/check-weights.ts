import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { RevisionFault } from './revision-fault.ts';

type Weights = {
  readonly name: string;
  readonly folder: string;
  readonly files?: readonly { readonly path: string; readonly sha256: string }[];
};

/** Reads every listed file of a model; throws a `RevisionFault`: `model-unavailable` for one that cannot be read, `digest-mismatch` for one that is not what its card says. */
export async function checkWeights({ name, folder, files = [] }: Weights): Promise<void> {
  for (const { path, sha256 } of files) {
    const hash = createHash('sha256');
    try {
      for await (const bytes of createReadStream(join(folder, path))) hash.update(bytes as Buffer);
    } catch (error) {
      throw new RevisionFault(
        'model-unavailable',
        `The file ${path} of the model ${name} cannot be read: ${(error as Error).message}. Install the model again.`,
        { ofCopy: true },
      );
    }
    const found = hash.digest('hex');
    if (found === sha256) continue;
    throw new RevisionFault(
      'digest-mismatch',
      `The file ${path} of the model ${name} is not what its card says: found SHA-256 ${found}, wanted ${sha256}. Install the model again.`,
      { ofCopy: true },
    );
  }
}
