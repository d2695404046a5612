import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'corpus');

/** File names of the corpus, in the order of the golden file. */
export const corpusNames: readonly string[] = readdirSync(folder).sort();

/** A document of the corpus; throws where there is none of that name. */
export function documentOf(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
}
