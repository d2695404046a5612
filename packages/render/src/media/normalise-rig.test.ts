import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { presenterDocuments } from '@filmwright/core/figure/presenters';
import { readRig } from '@filmwright/core/figure/read-rig';
import { normaliseRig } from './normalise-rig.ts';

const outDir = await mkdtemp(join(tmpdir(), 'filmwright-rig-'));
after(() => rm(outDir, { recursive: true, force: true }));

async function written(document: unknown): Promise<string> {
  const path = join(outDir, 'given.json');
  await writeFile(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}

const problemOf = async (document: unknown): Promise<FilmwrightError> => {
  const error = await normaliseRig({ path: await written(document), name: 'robot.json', outDir }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof FilmwrightError);
  return error;
};

test('a rig is written anew as it was read, with an outline for plans', async () => {
  const rig = structuredClone(presenterDocuments['jonas']) as { parts: { name: string; drawings: Record<string, unknown[]> }[] };
  const [first] = rig.parts;
  assert.ok(first);
  first.drawings = { rest: [{ picture: 'badge.png', x: 0, y: 0, width: 10, height: 10 }] };
  const { outline, outPath, type } = await normaliseRig({ path: await written(rig), name: 'robot.json', outDir });
  assert.equal(type, 'rig');
  assert.deepEqual(outline.pictures, ['badge.png']);
  assert.ok(outline.openings.a > outline.openings.i && outline.openings.i > 0 && outline.openings.rest === 0);
  assert.ok((outline.cycles['walk']?.stride ?? 0) > 100);
  assert.deepEqual(readRig(JSON.parse(await readFile(outPath, 'utf8'))).issues, []);
});

test('a rig with faults is refused with the first of them by their paths', async () => {
  const rig = structuredClone(presenterDocuments['jonas']) as { visemes: Record<string, string>; colors: Record<string, unknown> };
  rig.visemes['a'] = 'aaa';
  rig.colors['skin'] = 'pink';
  const { message, issues } = await problemOf(rig);
  assert.match(message, /robot\.json: colors\.skin/);
  assert.equal(issues[0]?.code, 'media-invalid');
});

test('what is no JSON, or no rig, is told as such', async () => {
  assert.match((await problemOf('{ not json')).message, /it is no JSON/);
  assert.match((await problemOf([1, 2])).message, /wanted an object/);
});
