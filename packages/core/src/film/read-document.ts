import { type Film, filmSchema, type Issue, templateUseSchema } from '@filmwright/contracts';
import type { z } from 'zod';
import { expandTemplate } from '../templates/expand-template.ts';
import { changedAspects, type Merged, mergeAspect } from './aspects.ts';
import { type FileReference, fileReferences } from './file-references.ts';
import { filmRules } from './film-rules.ts';
import { nearest, pathText, problemAt, shown } from './issues.ts';
import { valueAt, wantedKeys } from './schema-walk.ts';

export type ReadDocument = {
  /** Null when there are errors. */
  readonly film: Film | null;
  readonly issues: readonly Issue[];
  /** Every file that the document names, under its path in the document; with errors, those that can be told. */
  readonly files: readonly FileReference[];
  /** For a film made from a template: where in the document a value of the film came from. */
  readonly origin: (filmPath: string, value: unknown) => string;
};

/** A film from a document as written (film or template use), with every problem found at once; nothing is thrown for bad input. */
export function readDocument(document: unknown): ReadDocument {
  const stay = (path: string): string => path;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { film: null, files: [], origin: stay, issues: [notADocument(document)] };
  }
  if ('template' in document) return readTemplateUse(document);
  const { film, issues, origin } = readFilm(document);
  const files = fileReferences(film ?? document).map((file) => ({ ...file, path: origin(file.path) }));
  return { film, issues, files, origin };
}

function notADocument(document: unknown): Issue {
  const found = document === null || document === undefined ? 'empty' : shown(document);
  return problemAt('', {
    code: 'type',
    message: `The film document is ${found}; wanted keys and values with at least a title and a storyboard.`,
    found,
    wanted: 'title, storyboard',
    next: 'See `examples/` for a document to start from.',
  });
}

function readTemplateUse(document: object): ReadDocument {
  const stay = (path: string): string => path;
  const parsed = templateUseSchema.safeParse(document);
  if (!parsed.success)
    return { film: null, files: [], origin: stay, issues: schemaIssues({ error: parsed.error, document, schema: templateUseSchema }) };
  const expanded = expandTemplate(parsed.data);
  if (expanded.film === null) return { film: null, files: expanded.files, origin: stay, issues: expanded.issues };
  const { film, issues, origin } = readFilm(expanded.film);
  const moved = issues.map((issue) => ({ ...issue, path: expanded.origin(issue.path, undefined) }));
  return {
    film,
    issues: [...expanded.issues, ...moved],
    files:
      film === null
        ? expanded.files
        : fileReferences(film).map((file) => ({ ...file, path: expanded.origin(origin(file.path), file.file) })),
    origin: (path, value) => expanded.origin(origin(path), value),
  };
}

type ReadFilm = { readonly film: Film | null; readonly issues: readonly Issue[]; readonly origin: (path: string) => string };

/** The film of a document in its own shape, with the faults of what its shots say of other shapes. */
function readFilm(document: object): ReadFilm {
  const own = readMerged(mergeAspect(document));
  const others = changedAspects(document).flatMap((aspect) => {
    const merged = mergeAspect(document, aspect);
    return readMerged(merged).issues.filter(({ path }) => path.includes(`.aspects.${aspect}.`));
  });
  const told = new Set(own.issues.map(({ path }) => path));
  const issues = [...own.issues, ...others.filter(({ path }) => !told.has(path))];
  return { ...own, film: issues.some((issue) => issue.severity === 'error') ? null : own.film, issues };
}

function readMerged({ film: merged, origin }: Merged): ReadFilm {
  const parsed = filmSchema.safeParse(merged);
  const issues = parsed.success ? filmRules(parsed.data) : schemaIssues({ error: parsed.error, document: merged, schema: filmSchema });
  const placed = issues.map((issue) => atOrigin(issue, origin(issue.path)));
  return { film: parsed.success && placed.every((issue) => issue.severity !== 'error') ? parsed.data : null, issues: placed, origin };
}

function atOrigin(issue: Issue, path: string): Issue {
  if (path === issue.path) return issue;
  const begins = issue.message.startsWith(issue.path);
  return { ...issue, path, message: begins ? `${path}${issue.message.slice(issue.path.length)}` : issue.message };
}

type IssueSource = { readonly error: z.ZodError; readonly document: unknown; readonly schema: z.ZodType };

/** What a schema finds wrong with a document, each problem with its path, what was found and what was wanted. */
export function schemaIssues({ error, document, schema }: IssueSource): readonly Issue[] {
  return error.issues.flatMap((issue) => issueOf({ issue, document, schema, base: [] }));
}

type OneIssue = {
  readonly issue: z.core.$ZodIssue;
  readonly document: unknown;
  readonly schema: z.ZodType;
  readonly base: readonly PropertyKey[];
};

function issueOf({ issue, document, schema, base }: OneIssue): readonly Issue[] {
  const path = [...base, ...issue.path];
  const at = pathText(path);
  const value = valueAt(document, path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey({ at, key, known: wantedKeys(schema, path, valueAt(document, path)) }));
  if (issue.code === 'invalid_union') {
    const meant = meantAlternative(issue.errors);
    if (meant !== null) return repaired(meant.flatMap((one) => issueOf({ issue: one, document, schema, base: path })));
  }
  const wanted = wantedText(issue);
  const found = foundText(issue, value);
  return [
    problemAt(at, {
      code: issue.code,
      message: `${at === '' ? 'The document' : at} ${found.startsWith('has ') ? '' : 'is '}${found}; wanted ${wanted}.`,
      found,
      wanted,
      next: nextStep({ issue, value, name: String(path.at(-1) ?? '') }),
    }),
  ];
}

/** What a value is, in words; of one that is only too long or too short, its size. */
function foundText(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'missing';
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    if (Array.isArray(value) && value.length > 0) return `has ${counted(value.length, 'entry')}`;
    if (typeof value === 'string' && value.length > 0) return `has ${counted(value.length, 'character')}`;
    if (value === '' || Array.isArray(value)) return 'empty';
  }
  return shown(value);
}

type Wrong = { readonly issue: z.core.$ZodIssue; readonly value: unknown; readonly name: string };

function nextStep({ issue, value, name }: Wrong): string {
  if (value === undefined) return `Add \`${name}\`.`;
  if (/with its unit/.test(issue.message))
    return typeof value === 'number' ? `Write \`${value}s\` if seconds are meant.` : 'Write it as `4s`.';
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const guess = typeof value === 'string' ? nearest(value, values) : undefined;
  if (guess !== undefined) return `Write \`${guess}\`.`;
  if (issue.code === 'too_big') return issue.origin === 'number' ? 'Lower it.' : 'Shorten it, or split the film.';
  if (issue.code === 'too_small') return issue.origin === 'number' ? 'Raise it.' : 'Fill it in.';
  return 'Change it to what is wanted, or leave it out for the default.';
}

/** The alternative of a union that was most likely meant: one of the right type, with the fewest strange keys; null where none is of the right type. */
function meantAlternative(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null {
  const wrongType = (list: readonly z.core.$ZodIssue[]): boolean =>
    list.some((one) => one.path.length === 0 && (one.code === 'invalid_type' || one.code === 'invalid_value'));
  const missing = (list: readonly z.core.$ZodIssue[]): readonly string[] =>
    list.flatMap((one) => (one.path.length === 1 && one.code !== 'unrecognized_keys' ? [String(one.path[0])] : []));
  const strange = (list: readonly z.core.$ZodIssue[]): number =>
    list.reduce(
      (sum, one) =>
        sum +
        (one.code === 'unrecognized_keys'
          ? one.keys.reduce((all, key) => all + (nearest(key, missing(list)) === undefined ? 3 : -1), 0)
          : 1),
      0,
    );
  const fitting = errors.filter((list) => list.length > 0 && !wrongType(list));
  return [...fitting].sort((a, b) => strange(a) - strange(b))[0] ?? null;
}

/** Leaves out "is missing" where a misspelt key beside it is that very key. */
function repaired(issues: readonly Issue[]): readonly Issue[] {
  const guesses = issues.flatMap((issue) => {
    const guess = issue.code === 'unknown-key' ? /did you mean `([^`]+)`/.exec(issue.message)?.[1] : undefined;
    return guess === undefined ? [] : [`${issue.path.split('.').slice(0, -1).join('.')}.${guess}`];
  });
  return issues.filter((issue) => !guesses.includes(issue.path));
}

function unknownKey({ at, key, known }: { readonly at: string; readonly key: string; readonly known: readonly string[] }): Issue {
  const guess = nearest(key, known);
  const path = at === '' ? key : `${at}.${key}`;
  return problemAt(path, {
    code: 'unknown-key',
    message: `${path} is not a key of this format${guess === undefined ? '' : `; did you mean \`${guess}\`?`}`,
    found: key,
    ...(known.length > 0 ? { wanted: known.join(', ') } : {}),
    next: guess === undefined ? 'Remove it, or see the schema for the keys that exist.' : `Write \`${guess}\`.`,
  });
}

function wantedText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.startsWith('wanted ')) return issue.message.slice(7);
      if (issue.expected === 'string') return 'a text';
      if (issue.expected === 'array') return 'a list';
      return issue.expected === 'record' || issue.expected === 'object' ? 'keys and values' : `a ${issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1 ? shown(issue.values[0]) : `one of ${issue.values.map((value) => String(value)).join(', ')}`;
    case 'too_big':
      return `at most ${sized(Number(issue.maximum), issue.origin)}`;
    case 'too_small':
      return `at least ${sized(Number(issue.minimum), issue.origin)}`;
    case 'invalid_format':
    case 'custom':
      return issue.message.replace(/^wanted /, '');
    case 'invalid_union':
      return unionText(issue.errors);
    default:
      return issue.message;
  }
}

/** What a union of values wants: all of its values, or its forms. */
function unionText(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const parts = errors
    .flatMap((list) => list.filter((one) => one.path.length === 0))
    .map((one) => (one.code === 'invalid_value' ? one.values.map(String).join(', ') : wantedText(one)));
  const forms = [...new Set(parts)];
  return forms.length === 0
    ? 'one of the forms that the schema lists'
    : forms.every((form) => !form.includes(' '))
      ? `one of ${forms.join(', ')}`
      : forms.join(', or ');
}

function sized(count: number, origin: string): string {
  return origin === 'string' ? counted(count, 'character') : origin === 'array' ? counted(count, 'entry') : String(count);
}

function counted(count: number, what: 'character' | 'entry'): string {
  if (what === 'entry') return `${count} ${count === 1 ? 'entry' : 'entries'}`;
  return `${count} ${count === 1 ? 'character' : 'characters'}`;
}
