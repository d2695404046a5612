// Writes docs/film.schema.json and docs/model-card.schema.json from the contracts; the test beside it fails when a file is out of date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filmSchema, offeredModelSchema } from '@filmwright/contracts';
import { z } from 'zod';

/** The published JSON Schema of the film document, as text. */
export function schemaText(): string {
  const schema = z.toJSONSchema(filmSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $id: 'https://filmwright.dev/schema/film-1.json', title: 'Filmwright film document', ...schema }, null, 2)}\n`;
}

/** The published JSON Schema of a model card as `models add --card` takes it, as text. */
export function cardSchemaText(): string {
  const schema = z.toJSONSchema(offeredModelSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $id: 'https://filmwright.dev/schema/model-card-1.json', title: 'Filmwright model card', ...schema }, null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(import.meta.dirname, '../docs/film.schema.json'), schemaText());
  writeFileSync(join(import.meta.dirname, '../docs/model-card.schema.json'), cardSchemaText());
}
