import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RigOutline } from '@filmwright/contracts';
import { readRig } from '@filmwright/core/figure/read-rig';
import { rigOutline } from '@filmwright/core/figure/rig-outline';
import { uploadFault } from './upload-fault.ts';

export type NormalisedRig = {
  readonly type: 'rig';
  readonly outline: RigOutline;
  readonly outPath: string;
  readonly mediaType: string;
  readonly warnings: readonly string[];
};

export type NormaliseRigOptions = { readonly path: string; readonly name: string; readonly outDir: string };

const largestBytes = 16 << 20;
const wanted = 'a rig (rig.json)';

/** Reads a rig by its schema and rules and writes it anew, so that painters meet only what was looked at. */
export async function normaliseRig({ path, name, outDir }: NormaliseRigOptions): Promise<NormalisedRig> {
  const { size } = await stat(path);
  if (size > largestBytes)
    throw uploadFault(name, { wrong: `it has ${size} bytes`, wanted: `at most ${largestBytes}`, next: 'draw it with fewer points' });
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 120) : 'not JSON';
    throw uploadFault(name, { wrong: `it is no JSON (${why})`, wanted, next: 'see the guide to rigs', cause });
  }
  const { rig, issues } = readRig(document);
  if (rig === null) {
    const told = issues.slice(0, 4).map((issue) => `${issue.path === '' ? '' : `${issue.path}: `}${issue.message.replace(/\.$/, '')}`);
    const more = issues.length > told.length ? ` and ${issues.length - told.length} more` : '';
    const next = issues[0]?.next ?? 'see the guide to rigs';
    throw uploadFault(name, { wrong: `${told.join('; ')}${more}`, wanted: 'a rig without a fault', next: next.replace(/\.$/, '') });
  }
  const outPath = join(outDir, 'rig.json');
  await writeFile(outPath, JSON.stringify(rig));
  return { type: 'rig', outline: rigOutline(rig), outPath, mediaType: 'application/json', warnings: [] };
}
