import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { taskKinds } from '@filmwright/contracts';
import { fileReferences } from '@filmwright/core/film/file-references';
import { readDocument } from '@filmwright/core/film/read-document';
import { corpusNames, documentOf } from './corpus-documents.ts';
import { digestOf, runPlan } from './fake-ledger.ts';

const goldenPath = join(import.meta.dirname, 'golden.json');
const update = process.env.UPDATE_GOLDEN === '1';

/** Digests of what each kind is asked to do for a document, with the kind's version. */
function compiled(document: unknown): Record<string, string> {
  const { film, issues } = readDocument(document);
  assert.ok(film, JSON.stringify(issues));
  const files = Object.fromEntries(fileReferences(film).map(({ file }) => [file, digestOf(file)]));
  const { tasks, plan } = runPlan({ document, files });
  assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end));
  const byKind: Record<string, string[]> = {};
  for (const task of tasks) byKind[task.kind] = [...(byKind[task.kind] ?? []), task.key];
  return Object.fromEntries(
    Object.entries(byKind)
      .sort()
      .map(([kind, keys]) => [
        `${kind} v${taskKinds[kind as keyof typeof taskKinds].version}`,
        `${keys.length} ${digestOf(keys.sort().join()).slice(7, 23)}`,
      ]),
  );
}

const golden = JSON.parse(readFileSync(goldenPath, 'utf8')) as Record<string, Record<string, string>>;
const fresh: Record<string, Record<string, string>> = {};

for (const name of corpusNames) {
  test(`${name} compiles to the tasks it always did, or a kind has a new version`, () => {
    const now = compiled(documentOf(name));
    fresh[name] = now;
    if (update) return;
    assert.deepEqual(
      now,
      golden[name],
      'What films compile to has changed. If finished work must be made anew, raise the version of the kind in contracts/src/task.ts; then run UPDATE_GOLDEN=1 npm test -- golden.',
    );
  });
}

test('the golden file has the documents of the corpus and no others', { skip: update }, () => {
  assert.deepEqual(Object.keys(golden), corpusNames);
});

test('the golden file is written anew on request', { skip: update ? false : 'only with UPDATE_GOLDEN=1' }, () => {
  writeFileSync(goldenPath, `${JSON.stringify(fresh, null, 2)}\n`);
});
