import { z } from 'zod';

/** Types a template parameter may have; `pictures` and `texts` are lists. */
export const parameterTypes = ['text', 'texts', 'picture', 'pictures', 'sound', 'color', 'number', 'boolean', 'choice', 'look'] as const;

export const parameterSchema = z.strictObject({
  type: z.enum(parameterTypes),
  description: z.string(),
  required: z.boolean().default(false),
  default: z.unknown().optional(),
  choices: z.array(z.string()).optional(),
  maxLength: z.number().int().positive().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});
export type TemplateParameter = z.output<typeof parameterSchema>;

/** A film with typed parameters: `film` is a film document in which `{{name}}`, `$if` and `$each` stand for them. */
export const templateSchema = z.strictObject({
  template: z.string().regex(/^[a-z0-9-]+$/),
  version: z.number().int().positive(),
  title: z.string(),
  description: z.string(),
  parameters: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), parameterSchema),
  film: z.unknown(),
});
export type Template = z.output<typeof templateSchema>;

/** A document that fills in a template: `parameters` are checked by type, `overrides` replace top-level keys of the film. */
export const templateUseSchema = z.strictObject({
  filmwright: z.literal(1).default(1),
  template: z.string(),
  title: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  overrides: z.record(z.string(), z.unknown()).default({}),
});
export type TemplateUse = z.output<typeof templateUseSchema>;
