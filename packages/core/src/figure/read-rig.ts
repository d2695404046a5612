import { type Issue, type Rig, rigSchema } from '@filmwright/contracts';
import type { z } from 'zod';
import { nearest, pathText, problemAt, shown } from '../film/issues.ts';
import { valueAt, wantedKeys } from '../film/schema-walk.ts';
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
  if (!parsed.success) return { rig: null, pictures: [], issues: parsed.error.issues.flatMap((issue) => issuesOf(issue, document, [])) };
  const rig = parsed.data;
  const issues = rigRules(rig);
  return { rig: issues.length > 0 ? null : rig, issues, pictures: picturesOf(rig) };
}

function picturesOf(rig: Rig): readonly string[] {
  const shapes = rig.parts.flatMap((part) => Object.values(part.drawings).flat());
  return [...new Set(shapes.flatMap((shape) => ('picture' in shape ? [shape.picture] : [])))];
}

function issuesOf(issue: z.core.$ZodIssue, document: unknown, base: readonly PropertyKey[]): readonly Issue[] {
  const path = [...base, ...issue.path];
  const at = pathText(path);
  const value = valueAt(document, path);
  if (issue.code === 'unrecognized_keys') {
    const known = wantedKeys(rigSchema, path, value);
    return issue.keys.map((key) => {
      const guess = nearest(key, known);
      return problemAt(at === '' ? key : `${at}.${key}`, {
        code: 'unknown-key',
        message: `${at === '' ? 'The rig' : at} has no key ${shown(key)}; wanted ${known.join(', ') || 'another'}.`,
        found: key,
        wanted: known.join(', '),
        ...(guess === undefined ? {} : { next: `Write \`${guess}\`.` }),
      });
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The alternative that was meant is the one with the fewest things wrong, and of those the one whose keys are known.
    const faults = (errors: readonly z.core.$ZodIssue[]): number =>
      errors.reduce((sum, one) => sum + (one.code === 'unrecognized_keys' ? one.keys.length : 1) + (one.path.length === 0 ? 0.5 : 0), 0);
    const meant = [...issue.errors].sort((a, b) => faults(a) - faults(b))[0] ?? [];
    if (typeof value === 'object' && value !== null) return meant.flatMap((one) => issuesOf(one, document, path));
  }
  const found = shown(value);
  return [
    problemAt(at, {
      code: issue.code,
      message: `${at === '' ? 'The rig' : at} is ${value === undefined ? 'missing' : found}: ${issue.message}.`,
      found,
    }),
  ];
}
