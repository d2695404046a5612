import { type CapabilityInput, writtenStoryboardSchema } from '@filmwright/contracts';
import { z } from 'zod';

type Json = { readonly [key: string]: unknown };

/** Bounds make grammars of thousands of rules in servers that compile schemas; they are checked when the answer is here. */
const bounds = new Set([
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'pattern',
  'format',
  '$schema',
  '~standard',
]);

/**
 * The JSON Schema of a written storyboard as servers of models take it: every property required, nothing else allowed, choices as `anyOf`. Pictures are
 * those that were given, and drawings only stand in it where they are allowed.
 */
export function storyboardJsonSchema({ media, drawings }: Pick<CapabilityInput<'storyboard'>, 'media' | 'drawings'>): unknown {
  const files = media.map(({ file }) => file);
  const kept = (variant: Json): boolean => {
    const show = (variant['properties'] as { readonly show?: { readonly const?: unknown } } | undefined)?.show?.const;
    return !(show === 'picture' && files.length === 0) && !(show === 'drawing' && !drawings);
  };
  const plain = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(plain);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).flatMap(([key, value]): [string, unknown][] => {
      if (bounds.has(key) && typeof value !== 'object') return [];
      if (key === 'properties')
        return [
          [
            key,
            Object.fromEntries(
              Object.entries(value as Json).map(([name, child]) => [
                name,
                name === 'file' ? { type: 'string', enum: files } : plain(child),
              ]),
            ),
          ],
        ];
      if (key === 'oneOf' || key === 'anyOf') return [['anyOf', (value as readonly Json[]).filter(kept).map(plain)]];
      return [[key, plain(value)]];
    });
    return Object.fromEntries(entries);
  };
  return plain(z.toJSONSchema(writtenStoryboardSchema, { io: 'input', target: 'draft-2020-12' }));
}
