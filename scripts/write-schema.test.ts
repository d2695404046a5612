import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { schemaText } from './write-schema.ts';

test('the published schema is that of the code; if not, run `node scripts/write-schema.ts`', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../docs/film.schema.json'), 'utf8'), schemaText());
});
