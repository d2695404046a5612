import { type Issue, type Rig, rigSchema } from '@filmwright/contracts';
import { problemAt, shown } from '../film/issues.ts';
import { schemaIssues } from '../film/read-document.ts';
import { rigPictures } from './rig-pictures.ts';
import { rigRules } from './rig-rules.ts';

export type ReadRig = {
  /** Null when there are errors. */
  readonly rig: Rig | null;
  readonly issues: readonly Issue[];
  /** Names of the pictures that the rig draws, each once. */
  readonly pictures: readonly string[];
};

/** A rig from a document as written, with every problem found at once; nothing is thrown for bad input. */
export function readRig(document: unknown): ReadRig {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    const message = `The rig is ${shown(document)}; wanted an object with \`rig: 1\`, parts, poses and visemes.`;
    return {
      rig: null,
      pictures: [],
      issues: [problemAt('', { code: 'type', message, next: 'See the guide to rigs for a document to start from.' })],
    };
  }
  const parsed = rigSchema.safeParse(document);
  if (!parsed.success) return { rig: null, pictures: [], issues: schemaIssues({ error: parsed.error, document, schema: rigSchema }) };
  const rig = parsed.data;
  const issues = rigRules(rig);
  return { rig: issues.length > 0 ? null : rig, issues, pictures: rigPictures(rig) };
}
