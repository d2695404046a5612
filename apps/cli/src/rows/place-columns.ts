import { filmSchema, type Issue, type TemplateParameter } from '@filmwright/contracts';
import { nearest } from '@filmwright/core/film/issues';
import { templates } from '@filmwright/core/templates/expand-template';
import { type DocumentPath, pathParts, pathText } from './document-path.ts';

/** Where the cells of a column go: `path` is null for one that only names the films; `parameter` tells the type where a template does. */
export type Column = { readonly header: string; readonly path: DocumentPath | null; readonly parameter: TemplateParameter | null };
export type PlacedColumns = { readonly columns: readonly Column[]; readonly issues: readonly Issue[] };

export type PlaceColumns = { readonly document: unknown; readonly headers: readonly string[]; readonly rowsName: string };

/** Finds the place of each column in a document; every column that has none is an issue with a guess. Those that begin with # are notes. */
export function placeColumns({ document, headers, rowsName }: PlaceColumns): PlacedColumns {
  const use = typeof document === 'object' && document !== null ? (document as Record<string, unknown>) : {};
  const template = typeof use['template'] === 'string' ? templates[use['template']] : undefined;
  const columns: Column[] = [];
  const issues: Issue[] = [];
  for (const header of headers) {
    if (header.startsWith('#')) continue;
    const placed = template === undefined ? inFilm(header, use) : inTemplate(header, { use, parameters: template.parameters });
    if ('path' in placed) {
      const same = columns.find(
        (column) => column.path !== null && placed.path !== null && pathText(column.path) === pathText(placed.path),
      );
      if (same === undefined) columns.push({ header, ...placed });
      else
        issues.push(
          issueOf(
            { header, rowsName },
            {
              message: `fills in ${pathText(placed.path ?? [])}, as column ${JSON.stringify(same.header)} does.`,
              next: 'Remove one of them.',
            },
          ),
        );
    } else issues.push(issueOf({ header, rowsName }, placed));
  }
  return { columns, issues };
}

type Placed = Pick<Column, 'path' | 'parameter'>;
type Unplaced = { readonly message: string; readonly wanted?: string; readonly next: string };

const noteHint = 'or begin its name with # if it is only a note';

function issueOf({ header, rowsName }: { readonly header: string; readonly rowsName: string }, { message, wanted, next }: Unplaced): Issue {
  const path = `${rowsName} column ${header}`;
  return {
    severity: 'error',
    code: 'unknown-column',
    path,
    message: `${path} ${message}`,
    found: header,
    ...(wanted === undefined ? {} : { wanted }),
    next,
  };
}

/** The same word however it is written: `Old price`, `old_price` and `oldPrice`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

type TemplatePlaces = { readonly use: Readonly<Record<string, unknown>>; readonly parameters: Readonly<Record<string, TemplateParameter>> };

function inTemplate(header: string, { use, parameters }: TemplatePlaces): Placed | Unplaced {
  const names = Object.keys(parameters);
  const [head, ...rest] = pathParts(header);
  const dotted = rest.length > 0;
  const called = (word: string | number | undefined): string | undefined => names.find((name) => plain(name) === plain(String(word ?? '')));
  const name = dotted ? (head === 'parameters' ? called(rest[0]) : undefined) : called(head);
  if (name !== undefined && (!dotted || rest.length === 1)) return { path: ['parameters', name], parameter: parameters[name] ?? null };
  if (!dotted && plain(header) === 'name') return { path: null, parameter: null };
  if (!dotted && plain(header) === 'title') return { path: ['title'], parameter: null };
  const keys = Object.keys(filmSchema.shape);
  if (head === 'overrides' && dotted && keys.includes(String(rest[0]))) return resolved(['overrides', ...rest], use);
  const overrides = keys.map((key) => `overrides.${key}`);
  if (keys.includes(String(head))) {
    const inner = pathText(['overrides', ...pathParts(header)]);
    return {
      message: 'is no parameter of the template.',
      wanted: names.join(', '),
      next: `Write \`${inner}\` to change the film that the template makes, ${noteHint}.`,
    };
  }
  const guess = nearest(dotted && head === 'parameters' ? String(rest[0]) : header, [...names, 'name', 'title', ...overrides]);
  return {
    message: `is no parameter of the template${guess === undefined ? '.' : `; did you mean \`${guess}\`?`}`,
    wanted: `name, title, ${names.join(', ')}, or a path such as overrides.format.fps`,
    next: `${guess === undefined ? 'Name it after a parameter' : `Write \`${guess}\``}, ${noteHint}.`,
  };
}

function inFilm(header: string, film: Readonly<Record<string, unknown>>): Placed | Unplaced {
  const keys = Object.keys(filmSchema.shape);
  const path = pathParts(header);
  if (plain(header) === 'name') return { path: null, parameter: null };
  if (keys.includes(String(path[0]))) return resolved(path, film);
  const guess = nearest(String(path[0] ?? header), [...keys, 'name']);
  return {
    message: `is no key of the film${guess === undefined ? '.' : `; did you mean \`${pathText([guess, ...path.slice(1)])}\`?`}`,
    wanted: `name, or a path into the document such as title or storyboard.0.narration`,
    next: `${guess === undefined ? 'Write where in the document its values belong' : `Write \`${pathText([guess, ...path.slice(1)])}\``}, ${noteHint}.`,
  };
}

/** Turns ids of list entries into their indexes; a place in a list must be there already. */
function resolved(path: DocumentPath, document: unknown): Placed | Unplaced {
  const found: (string | number)[] = [];
  let inner = document;
  for (const part of path) {
    if (Array.isArray(inner)) {
      const entries = inner as readonly unknown[];
      const at = typeof part === 'number' ? part : entries.findIndex((entry) => (entry as { readonly id?: unknown } | null)?.id === part);
      if (at < 0 || at >= entries.length) return noEntry({ part, place: pathText(found), entries });
      found.push(at);
      inner = entries[at];
      continue;
    }
    if (typeof inner !== 'object' && inner !== undefined)
      return {
        message: `leads into ${pathText(found)}, which is ${JSON.stringify(inner)?.slice(0, 60)} in the document.`,
        next: `Write \`${pathText(found)}\` to replace it, or give it keys in the document.`,
      };
    found.push(part);
    inner = (inner as Record<string | number, unknown> | null | undefined)?.[part];
  }
  return { path: found, parameter: null };
}

function noEntry({
  part,
  place,
  entries,
}: {
  readonly part: string | number;
  readonly place: string;
  readonly entries: readonly unknown[];
}): Unplaced {
  const ids = entries.flatMap((entry) => {
    const id = (entry as { readonly id?: unknown } | null)?.id;
    return typeof id === 'string' ? [id] : [];
  });
  const guess = typeof part === 'string' ? nearest(part, ids) : undefined;
  return {
    message: `names entry ${JSON.stringify(part)} of ${place}, which is not there${guess === undefined ? '.' : `; did you mean \`${guess}\`?`}`,
    wanted: `0 to ${entries.length - 1}${ids.length === 0 ? '' : `, or an id: ${ids.join(', ')}`}`,
    next: guess === undefined ? `Write a number from 0 to ${entries.length - 1}, or the id of an entry.` : `Write \`${guess}\`.`,
  };
}
