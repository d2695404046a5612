import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cardSchemaText, schemaText } from './write-schema.ts';

test('the published schemas are those of the code; if not, run `node scripts/write-schema.ts`', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../docs/film.schema.json'), 'utf8'), schemaText());
  assert.equal(readFileSync(join(import.meta.dirname, '../docs/model-card.schema.json'), 'utf8'), cardSchemaText());
});
