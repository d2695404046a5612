import type { z } from 'zod';

/** The value at a path of a document, or undefined. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

type Def = {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly valueType?: z.ZodType;
};

/** Keys that a strict object at `path` of the schema may have; where the schema has alternatives, those of the one sharing most keys with `value`. */
export function wantedKeys(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): readonly string[] {
  let candidates: readonly z.ZodType[] = [schema];
  for (const part of path) candidates = candidates.flatMap((candidate) => step(candidate, part));
  const own = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const shapes = candidates.flatMap(objectsOf).map((shape) => Object.keys(shape));
  const shared = (keys: readonly string[]): number => keys.filter((key) => own.includes(key)).length;
  return [...shapes].sort((a, b) => shared(b) - shared(a))[0] ?? [];
}

function defOf(schema: z.ZodType): Def {
  return schema._zod.def as unknown as Def;
}

function objectsOf(schema: z.ZodType): readonly Record<string, z.ZodType>[] {
  const def = defOf(schema);
  if (def.shape !== undefined) return [def.shape];
  if (def.options !== undefined) return def.options.flatMap(objectsOf);
  return def.innerType === undefined ? [] : objectsOf(def.innerType);
}

function step(schema: z.ZodType, part: PropertyKey): readonly z.ZodType[] {
  const def = defOf(schema);
  if (def.innerType !== undefined) return step(def.innerType, part);
  if (def.options !== undefined) return def.options.flatMap((option) => step(option, part));
  if (def.shape !== undefined) {
    const child = def.shape[String(part)];
    return child === undefined ? [] : [child];
  }
  if (def.element !== undefined && typeof part === 'number') return [def.element];
  return def.valueType === undefined ? [] : [def.valueType];
}
