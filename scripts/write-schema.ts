// Writes docs/film.schema.json from the contracts; the test beside it fails when the file is out of date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filmSchema } from '@filmwright/contracts';
import { z } from 'zod';

/** The published JSON Schema of the film document, as text. */
export function schemaText(): string {
  const schema = z.toJSONSchema(filmSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ $id: 'https://filmwright.dev/schema/film-1.json', title: 'Filmwright film document', ...schema }, null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(import.meta.dirname, '../docs/film.schema.json'), schemaText());
