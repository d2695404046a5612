import { type Issue, type Script, scriptSchema } from '@filmwright/contracts';
import { schemaIssues } from '../film/read-document.ts';

export type ReadScript = { readonly script: Script | null; readonly issues: readonly Issue[] };

/** A script for translation from plain values, with every problem found at once. */
export function readScript(document: unknown): ReadScript {
  const parsed = scriptSchema.safeParse(document);
  if (!parsed.success) return { script: null, issues: schemaIssues({ error: parsed.error, document, schema: scriptSchema }) };
  const seen = new Set<string>();
  const issues = parsed.data.lines.flatMap((line, at): readonly Issue[] => {
    if (!seen.has(line.id)) {
      seen.add(line.id);
      return [];
    }
    return [
      {
        severity: 'error',
        code: 'duplicate',
        path: `lines[${at}].id`,
        message: `The line ${JSON.stringify(line.id)} is there twice; wanted each once.`,
        found: line.id,
        wanted: 'an id of its own',
        next: 'Remove one of them.',
      },
    ];
  });
  return { script: issues.length > 0 ? null : parsed.data, issues };
}
