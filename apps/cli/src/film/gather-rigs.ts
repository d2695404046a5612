import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Issue } from '@filmwright/contracts';
import { readRig } from '@filmwright/core/figure/read-rig';
import { besideRig } from '@filmwright/core/film/figures';
import type { FileReference } from '@filmwright/core/film/file-references';

/** What is wrong with the rigs that a document names, and the pictures that they draw with, as files of the document. */
export type GatheredRigs = { readonly issues: readonly Issue[]; readonly pictures: readonly FileReference[] };

/** Reads the rig files of a document; those that are not there are told elsewhere. */
export async function gatherRigs(files: readonly FileReference[], documentPath: string): Promise<GatheredRigs> {
  const issues: Issue[] = [];
  const pictures: FileReference[] = [];
  const rigs = new Map(files.flatMap((use) => (use.expect === 'rig' ? [[use.file, use] as const] : [])));
  for (const { file, path } of rigs.values()) {
    const text = await readFile(resolve(dirname(documentPath), file), 'utf8').catch(() => null);
    if (text === null || text === '') continue;
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      const message = `${file} is no JSON (${found}); wanted a rig.`;
      issues.push({
        severity: 'error',
        code: 'media-invalid',
        path,
        message,
        found,
        wanted: 'a rig',
        next: 'Put the rig right and try again.',
      });
      continue;
    }
    const read = readRig(document);
    for (const issue of read.issues)
      issues.push({ ...issue, path: `${path}: ${file}${issue.path === '' ? '' : `: ${issue.path}`}`, code: 'media-invalid' });
    for (const picture of read.pictures) pictures.push({ file: besideRig(file, picture), expect: 'picture', path });
  }
  return { issues, pictures };
}
