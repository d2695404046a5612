import type { Issue, MediaType, Template, TemplateParameter, TemplateUse } from '@filmwright/contracts';
import { type FileReference, fileReferences } from '../film/file-references.ts';
import { nearest, problemAt, shown } from '../film/issues.ts';
import { languageDirection } from '../text/bidi.ts';
import { mirroredFilm } from './mirrored-film.ts';
import { productFilm } from './product-film.ts';

/** The templates that come with Filmwright, by name. */
export const templates: Readonly<Record<string, Template>> = { [productFilm.template]: productFilm };

export type Expanded = {
  readonly film: object | null;
  readonly issues: readonly Issue[];
  /** Every file that the parameters or the film name, under its path in the template use. */
  readonly files: readonly FileReference[];
  /** Where a path of the film stands in the template use: the parameter that gave it, or the path itself. */
  readonly origin: (filmPath: string, value: unknown) => string;
};

type Values = Readonly<Record<string, unknown>>;

/** Checks the parameters by their types and fills in the template's film, which may also ask whether it is `landscape`; in languages written from right to left it is laid out mirrored. */
export function expandTemplate(use: TemplateUse): Expanded {
  const template = templates[use.template];
  const stay = (path: string): string => path;
  if (template === undefined) {
    const names = Object.keys(templates);
    const guess = nearest(use.template, names);
    return {
      film: null,
      files: [],
      origin: stay,
      issues: [
        problemAt('template', {
          code: 'unknown-template',
          message: `There is no template ${shown(use.template)}; wanted one of ${names.join(', ')}.`,
          found: use.template,
          wanted: names.join(', '),
          ...(guess ? { next: `Write \`${guess}\`.` } : {}),
        }),
      ],
    };
  }
  const { values, issues } = readParameters(template, use);
  if (issues.length > 0) return { film: null, issues, files: namedFiles(template, values), origin: stay };
  const origins = new Map<string, string>();
  const shaped = { ...values, landscape: values['aspect'] === undefined || values['aspect'] === '16:9' };
  const filled = fill({ node: template.film, values: shaped, path: '', origins, source: '' });
  const body = languageDirection(String(values['language'] ?? 'en')) === 'rtl' ? mirroredFilm(filled) : filled;
  const film = { ...(body as object), ...(use.title === undefined ? {} : { title: use.title }), ...use.overrides };
  const files = fileReferences(film).map((file) => ({ ...file, path: originOf(file.path, origins) }));
  return { film, issues, files, origin: (path) => originOf(path, origins) };
}

const mediaOf: Readonly<Partial<Record<TemplateParameter['type'], MediaType>>> = {
  picture: 'picture',
  pictures: 'picture',
  sound: 'sound',
  look: 'lut',
};

/** Files named by parameters that are right in themselves, while others are not. */
function namedFiles(template: Template, values: Values): readonly FileReference[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const expect = mediaOf[template.parameters[name]?.type ?? 'text'];
    if (expect === undefined) return [];
    if (typeof value === 'string') return [{ file: value, expect, path: `parameters.${name}` }];
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.flatMap((file, at) => (typeof file === 'string' ? [{ file, expect, path: `parameters.${name}[${at}]` }] : []));
  });
}

function readParameters(template: Template, use: TemplateUse): { values: Values; issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const known = Object.keys(template.parameters);
  for (const name of Object.keys(use.parameters)) {
    if (known.includes(name)) continue;
    const guess = nearest(name, known);
    issues.push(
      problemAt(`parameters.${name}`, {
        code: 'unknown-key',
        message: `Template ${template.template} has no parameter ${shown(name)}${guess ? `; did you mean \`${guess}\`?` : '.'}`,
        found: name,
        wanted: known.join(', '),
        ...(guess ? { next: `Write \`${guess}\`.` } : {}),
      }),
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(template.parameters)) {
    const given = use.parameters[name];
    if (given === undefined || given === null) {
      if (parameter.required)
        issues.push(
          problemAt(`parameters.${name}`, {
            code: 'missing',
            message: `parameters.${name} is missing; wanted ${describe(parameter)} (${parameter.description}).`,
            wanted: describe(parameter),
            next: `Add \`${name}\` under \`parameters\`.`,
          }),
        );
      else values[name] = parameter.default;
      continue;
    }
    const wrong = mismatch(parameter, given);
    if (wrong === null) values[name] = given;
    else
      issues.push(
        problemAt(`parameters.${name}`, {
          code: 'type',
          message: `parameters.${name} is ${shown(given)}; wanted ${wrong}.`,
          found: shown(given),
          wanted: wrong,
        }),
      );
  }
  return { values, issues };
}

function describe(parameter: TemplateParameter): string {
  const lists = { texts: 'a list of texts', pictures: 'a list of pictures', look: 'a .cube look-up table' } as const;
  if (parameter.type === 'choice') return `one of ${(parameter.choices ?? []).join(', ')}`;
  return parameter.type in lists ? lists[parameter.type as keyof typeof lists] : `a ${parameter.type}`;
}

/** What was wanted instead, or null if the value is of the parameter's type. */
function mismatch(parameter: TemplateParameter, value: unknown): string | null {
  const isText = (one: unknown): boolean => typeof one === 'string' && one.length > 0 && one.length <= (parameter.maxLength ?? 20_000);
  switch (parameter.type) {
    case 'number':
      return typeof value === 'number' && value >= (parameter.min ?? -Infinity) && value <= (parameter.max ?? Infinity)
        ? null
        : `a number${parameter.min === undefined ? '' : ` from ${parameter.min}`}${parameter.max === undefined ? '' : ` to ${parameter.max}`}`;
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'choice':
      return (parameter.choices ?? []).includes(String(value)) ? null : describe(parameter);
    case 'color':
      return typeof value === 'string' && /^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value) ? null : 'a colour such as #1a2b3c';
    case 'texts':
    case 'pictures':
      return Array.isArray(value) && value.length > 0 && value.every(isText) ? null : describe(parameter);
    default:
      return isText(value)
        ? null
        : `${describe(parameter)}${parameter.maxLength === undefined ? '' : ` of at most ${parameter.maxLength} characters`}`;
  }
}

type Fill = {
  readonly node: unknown;
  readonly values: Values;
  readonly path: string;
  readonly origins: Map<string, string>;
  readonly source: string;
};

const dropped = Symbol('dropped');

/** Replaces `{{name}}`, `$if` and `$each`; a value that is absent drops the key or entry that holds it. */
function fill({ node, values, path, origins, source }: Fill): unknown {
  if (typeof node === 'string') return fillText({ node, values, path, origins, source });
  if (Array.isArray(node)) {
    const entries: unknown[] = [];
    for (const child of node) {
      for (const [one, scope, from] of entriesOf({ child, values })) {
        const filled = fill({ node: one, values: scope, path: `${path}[${entries.length}]`, origins, source: from });
        if (filled !== dropped) entries.push(filled);
      }
    }
    return entries;
  }
  if (typeof node !== 'object' || node === null) return node;
  const object = node as Record<string, unknown>;
  if ('$if' in object)
    return fill({
      node: truthy(values[String(object['$if'])]) ? object['$then'] : (object['$else'] ?? '{{absent}}'),
      values,
      path,
      origins,
      source,
    });
  const result: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(object)) {
    const filled = fill({ node: child, values, path: path === '' ? key : `${path}.${key}`, origins, source });
    if (filled !== dropped) result[key] = filled;
  }
  return result;
}

function truthy(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function entriesOf({
  child,
  values,
}: {
  readonly child: unknown;
  readonly values: Values;
}): readonly (readonly [unknown, Values, string])[] {
  if (typeof child !== 'object' || child === null || !('$each' in child)) return [[child, values, '']];
  const { $each, $do } = child as { $each: string; $do: unknown };
  const list = values[$each];
  if (!Array.isArray(list)) return [];
  return list.map(
    (item, index) => [$do, { ...values, item, index: index + 1, first: index === 0 }, `parameters.${$each}[${index}]`] as const,
  );
}

function fillText({ node, values, path, origins, source }: Fill & { readonly node: string }): unknown {
  const whole = /^\{\{(\w+)\}\}$/.exec(node);
  const originFor = (name: string): string => (name === 'item' ? source : `parameters.${name}`);
  if (whole !== null) {
    const name = whole[1] as string;
    origins.set(path, originFor(name));
    return values[name] === undefined ? dropped : values[name];
  }
  return node.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    origins.set(path, originFor(name));
    return values[name] === undefined ? '' : String(values[name]);
  });
}

function originOf(path: string, origins: ReadonlyMap<string, string>): string {
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, '')) {
    const origin = origins.get(at);
    if (origin !== undefined) return origin + path.slice(at.length);
  }
  return path;
}
