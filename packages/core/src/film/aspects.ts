import { type Aspect, aspects, type Film, type TemplateUse } from '@filmwright/contracts';
import { expandTemplate, templates } from '../templates/expand-template.ts';
import { pathText } from './issues.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Every shape that a film is made in: its own first, then those under `outputs.aspects`. */
export function aspectsOf(film: Pick<Film, 'format' | 'outputs'>): readonly Aspect[] {
  return [...new Set([film.format.aspect, ...film.outputs.aspects])];
}

/**
 * The document of one shape of a film, alone. In another shape than the document's own, places and sizes that were given for that one (of
 * subjects, figures, screens and texts) are left out, so that they are laid out anew; what a shot says of the new shape under `aspects` counts.
 */
export function inAspect(document: unknown, aspect: Aspect): unknown {
  const fields = fieldsOf(document);
  if (fields === null) return document;
  if (!('template' in fields)) return filmInAspect(fields, aspect);
  const { parameters = {}, overrides } = fields as { readonly parameters?: Fields; readonly overrides?: Fields };
  const template = templates[String(fields['template'])];
  if (template === undefined) return document;
  if (template.parameters['aspect'] === undefined) {
    const { film } = expandTemplate({ ...fields, parameters } as TemplateUse);
    return film === null ? document : filmInAspect(film as Fields, aspect);
  }
  const { aspects: _, ...kept } = parameters;
  const given = overrides?.['format'];
  const own = fieldsOf(given)?.['aspect'] ?? parameters['aspect'] ?? template.parameters['aspect'].default ?? '16:9';
  const changed = overrides === undefined ? undefined : shapedFilm(overrides, { other: own !== aspect });
  return {
    ...fields,
    parameters: { ...kept, aspect },
    ...(changed === undefined ? {} : { overrides: given === undefined ? changed : { ...changed, format: { ...fieldsOf(given), aspect } } }),
  };
}

function filmInAspect(film: Fields, aspect: Aspect): Fields {
  const shaped = shapedFilm(film, { other: ownAspect(film) !== aspect });
  return { ...shaped, format: { ...fieldsOf(film['format']), aspect } };
}

/** A film without its other shapes, and where it is not its own shape without the places given for that. */
function shapedFilm(film: Fields, { other }: { readonly other: boolean }): Fields {
  const { outputs, storyboard, ...rest } = film;
  const { aspects: _, ...kept } = fieldsOf(outputs) ?? {};
  const shots = Array.isArray(storyboard) && other ? storyboard.map(unplaced) : storyboard;
  return {
    ...rest,
    ...(storyboard === undefined ? {} : { storyboard: shots }),
    ...(outputs === undefined ? {} : { outputs: fieldsOf(outputs) === null ? outputs : kept }),
  };
}

const without = (value: unknown, keys: readonly string[]): unknown => {
  const fields = fieldsOf(value);
  return fields === null ? value : Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
};
const each = (value: unknown, change: (one: unknown) => unknown): unknown => (Array.isArray(value) ? value.map(change) : change(value));

/** A shot without the places and sizes that were chosen for one shape of the frame. */
function unplaced(shot: unknown): unknown {
  const fields = fieldsOf(shot);
  if (fields === null) return shot;
  const visual = fieldsOf(fields['visual']);
  const text = fields['text'];
  return {
    ...fields,
    ...(visual === null
      ? {}
      : {
          visual: {
            ...visual,
            ...('subject' in visual ? { subject: without(visual['subject'], ['at', 'height']) } : {}),
            ...('screen' in visual ? { screen: without(visual['screen'], ['at', 'width']) } : {}),
            ...('figures' in visual ? { figures: each(visual['figures'], (figure) => without(figure, ['at', 'height'])) } : {}),
          },
        }),
    ...(text === undefined ? {} : { text: each(text, (block) => without(block, ['position', 'width'])) }),
  };
}

/** The shape a film document names, or the default where it names none that exists. */
function ownAspect(film: Fields): Aspect {
  const named = fieldsOf(film['format'])?.['aspect'];
  return aspects.find((aspect) => aspect === named) ?? '16:9';
}

/** A film document with what its shots say under `aspects` of one shape merged over them, and where each value then stands in the document. */
export type Merged = { readonly film: object; readonly origin: (path: string) => string };

/** Merges what the shots say of a shape, the film's own when none is named. */
export function mergeAspect(film: object, aspect: Aspect = ownAspect(film as Fields)): Merged {
  const storyboard = (film as Fields)['storyboard'];
  const changes = Array.isArray(storyboard) ? storyboard.map((shot) => fieldsOf(fieldsOf(fieldsOf(shot)?.['aspects'])?.[aspect])) : [];
  if (!Array.isArray(storyboard) || changes.every((one) => one === null)) return { film, origin: (path) => path };
  const shots = storyboard.map((shot: unknown, index) => {
    const change = changes[index];
    return change == null ? shot : mergedOver(fieldsOf(shot) ?? {}, change);
  });
  const origin = (path: string): string => {
    const match = /^storyboard\[(\d+)\]\.(.+)$/.exec(path);
    const change = match === null ? null : changes[Number(match[1])];
    const leads = change == null ? false : leadsInto(change, match?.[2] ?? '');
    return leads ? `${pathText(['storyboard', Number(match?.[1]), 'aspects'])}.${aspect}.${match?.[2]}` : path;
  };
  return { film: { ...film, storyboard: shots }, origin };
}

/** Shapes that some shot of a document says something of. */
export function changedAspects(film: object): readonly Aspect[] {
  const storyboard = (film as Fields)['storyboard'];
  const named = Array.isArray(storyboard) ? storyboard.flatMap((shot) => Object.keys(fieldsOf(fieldsOf(shot)?.['aspects']) ?? {})) : [];
  return aspects.filter((aspect) => named.includes(aspect));
}

/** What a visual is; one kind is never merged with another. */
const kinds = ['picture', 'clip', 'backdrop', 'background'] as const;

/** Values of `change` in place of those of `base`, keys of objects one by one; null takes a key away. */
function mergedOver(base: Fields, change: Fields): Fields {
  if (kinds.some((kind) => kind in change && !(kind in base)) && kinds.some((kind) => kind in base)) return change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const [under, over] = [fieldsOf(base[key]), fieldsOf(value)];
    if (value === null) delete merged[key];
    else merged[key] = under !== null && over !== null ? mergedOver(under, over) : value;
  }
  return merged;
}

/** Whether a path goes to or through a value that `change` gives. */
function leadsInto(change: Fields, path: string): boolean {
  let value: unknown = change;
  for (const part of path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)) {
    if (Array.isArray(value)) value = (value as readonly unknown[])[Number(part[1])];
    else if (fieldsOf(value) === null) return true;
    else if (!(String(part[2]) in (value as Fields))) return false;
    else value = (value as Fields)[String(part[2])];
  }
  return true;
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
