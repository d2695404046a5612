import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { HostMemory } from '@filmwright/contracts';
import { dropFromCache } from '@filmwright/engines/measure/drop-from-cache';
import { pagesIn, pagesInMemory } from './pages-in-memory.ts';
import { type WeightsInMemory, watchWeights } from './weights-in-memory.ts';

const gibibyte = 1024 ** 3;
const never = new AbortController().signal;

/** Models of one file each that lie in memory as the test says, in percent; null where the system does not tell at all. */
function scene(context: TestContext, first: Readonly<Record<string, number>> | null) {
  const told = { parts: first, bytes: (8 * gibibyte) as number | null, failing: 0 };
  const known: (HostMemory | null)[] = [];
  const looks: string[] = [];
  const names = Object.keys(first ?? { 'model a@1': 0 });
  const weights = watchWeights({
    home: '/nowhere',
    ...{ lookMs: 1, restFactor: 1 },
    list: async () => new Map(names.map((name) => [name, [name]])),
    async ask(paths) {
      looks.push(paths.join());
      known.push(weights.now([]));
      if (told.failing-- > 0) return null;
      const { parts } = told;
      return parts === null
        ? null
        : new Map(
            paths.flatMap((path) => {
              const inMemory = parts[path];
              return inMemory === undefined ? [] : [[path, { bytes: 100, inMemory }]];
            }),
          );
    },
    available: () => told.bytes,
  });
  context.after(weights.close);
  const looked = async (): Promise<void> => {
    // What was asked last may have been asked before the test changed anything.
    for (const until = looks.length + 2; looks.length < until; ) await sleep(2);
  };
  return { weights, told, looks, known, looked };
}

test('in memory is a model of whose weights no more than a twentieth is missing; those of which the system does not tell are left out', async (context) => {
  const { weights, told, looked } = scene(context, { 'model a@1': 95, 'model b@1': 94, 'model c@1': 100 });
  assert.equal(weights.now([]), null, 'nothing is known before the first look');
  await looked();
  assert.deepEqual(weights.now([]), { budgetMib: 4096, models: ['model a@1', 'model c@1'] });
  told.parts = { 'model a@1': 96 };
  await looked();
  assert.deepEqual(weights.now([])?.models, ['model a@1'], 'what left it is told no more');
  assert.equal(await weights.sourceOf(['model a@1']), 'memory');
  assert.equal(await weights.sourceOf(['model c@1']), null);
  assert.equal(await weights.sourceOf(['voice x 1']), null);
  told.parts = { 'model a@1': 96, 'model b@1': 30 };
  assert.equal(await weights.sourceOf(['model a@1', 'model b@1']), 'disk', 'at this very moment');
});

test('between looks at all, those are looked at that lie there in part, are held, or were read', async (context) => {
  const { weights, looks, looked } = scene(context, { 'model a@1': 10, 'model b@1': 0, 'model c@1': 0 });
  await looked();
  assert.equal(looks[0], 'model a@1,model b@1,model c@1');
  await looked();
  assert.equal(looks.at(-1), 'model a@1');
  for (const use of [() => weights.now(['model b@1']), () => weights.noteRead('model b@1')]) {
    const before = looks.length;
    use();
    await looked();
    assert.ok(looks.slice(before).includes('model a@1,model b@1'));
    await looked();
    assert.equal(looks.at(-1), 'model a@1', 'it was not there');
  }
});

test('where the system does not tell once nothing is known until it does, which is asked at the next look, of all; a second time it is let be for long', async (context) => {
  const { weights, told, looks, known, looked } = scene(context, { 'model a@1': 100, 'model b@1': 0 });
  await looked();
  told.failing = 1;
  const before = looks.length;
  while (weights.now([]) === null || !known.slice(before).includes(null)) await sleep(2);
  const after = looks[known.indexOf(null, before)];
  assert.equal(after, 'model a@1,model b@1');
  assert.deepEqual(weights.now([])?.models, ['model a@1']);
  told.failing = 2;
  while (told.failing > 0) await sleep(2);
  const last = looks.length;
  await sleep(50);
  assert.deepEqual([weights.now([]), looks.length], [null, last]);
});

test('memory for weights is half of what could be had, told anew where that is other by a gibibyte, and by a sixteenth', async (context) => {
  const { weights, told, looked } = scene(context, {});
  await looked();
  assert.deepEqual(weights.now([]), { budgetMib: 4096, models: [] });
  told.bytes = 6.1 * gibibyte;
  await looked();
  assert.equal(weights.now([])?.budgetMib, 4096);
  told.bytes = 6 * gibibyte;
  await looked();
  assert.equal(weights.now([])?.budgetMib, 3072);
  told.bytes = 512 * gibibyte;
  await looked();
  told.bytes = 481 * gibibyte;
  await looked();
  assert.equal(weights.now([])?.budgetMib, 256 * 1024, 'on a large machine a gibibyte comes and goes all the time');
  told.bytes = 480 * gibibyte;
  await looked();
  assert.equal(weights.now([])?.budgetMib, 240 * 1024);
});

test('where the system does not tell of files or of its memory, nothing is told', async (context) => {
  const silent = scene(context, null);
  while (silent.looks.length === 0) await sleep(2);
  assert.equal(silent.weights.now([]), null);
  assert.equal(await silent.weights.sourceOf(['model a@1']), null);
  const { weights, told, looked } = scene(context, { 'model a@1': 100 });
  await looked();
  told.bytes = null;
  while (weights.now([]) !== null) await sleep(2);
});

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(onDisk ?? tmpdir(), 'filmwright-pages-'));
  context.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  return folder;
}

const isTold = process.platform === 'linux' && (await pagesInMemory([process.execPath], never)) !== null;
/** What `statfs` says of tmpfs, whose files lie in memory alone, and of overlayfs, of whose files some kernels tell nothing. */
const untold: readonly number[] = [0x01021994, 0x794c7630];
const onDisk = [tmpdir(), '/var/tmp'].find((folder) => existsSync(folder) && !untold.includes(statfsSync(folder).type));

test('the kernel tells what lies in memory: a file that was read does, one that was dropped does not, and is loaded from the disk', {
  skip: !isTold ? 'fincore is not installed' : onDisk === undefined ? 'no folder of temporary files has a disk behind it' : false,
  timeout: 120_000,
}, async (context) => {
  const folder = folderOf(context);
  const paths = ['first part', 'second'].map((name) => join(folder, name));
  for (const path of paths) {
    writeFileSync(path, Buffer.alloc(4 * 1024 ** 2, 1));
    // Pages that are not written yet cannot leave.
    const file = await open(path);
    await file.sync();
    await file.close();
  }
  const name = 'model own@1';
  const weights: WeightsInMemory = watchWeights({
    home: folder,
    // On a machine that has much to do a look may take long, and looks at rest for thirty times that end too late.
    ...{ lookMs: 20, restFactor: 1 },
    list: async () =>
      new Map([
        [name, paths],
        ['model half@1', [...paths.slice(1), join(folder, 'gone')]],
      ]),
  });
  context.after(weights.close);
  const told = async (models: readonly string[], meanwhile: () => Promise<unknown> = async () => {}): Promise<void> => {
    while (JSON.stringify(weights.now([name])?.models) !== JSON.stringify(models)) {
      await meanwhile();
      await sleep(10);
    }
  };
  assert.ok(await dropFromCache(paths));
  assert.equal(await weights.sourceOf([name]), 'disk');
  await told([]);
  await readFile(paths[0] ?? '');
  assert.equal(await weights.sourceOf([name]), 'disk', 'one of its files is not there');
  // A machine may take pages back at any moment: they are read until both were seen there.
  const read = (): Promise<unknown> => Promise.all(paths.map((path) => readFile(path)));
  do await read();
  while ((await weights.sourceOf([name])) !== 'memory');
  await told([name], read);
  assert.equal(await weights.sourceOf(['model half@1']), null, 'one of its files is not told of');
  assert.ok(await dropFromCache(paths));
  await told([]);
  const gone = await pagesInMemory([...paths, join(folder, 'gone')], never);
  assert.deepEqual(
    [...(gone ?? [])].map(([path, { bytes }]) => [path, bytes]),
    paths.map((path) => [path, 4 * 1024 ** 2]),
  );
});

test('files of others, which the kernel calls resident whatever they are, are not told of', {
  skip: !isTold ? 'fincore is not installed' : false,
}, async (context) => {
  const folder = folderOf(context);
  const own = join(folder, 'own');
  writeFileSync(own, 'mine');
  const found = await pagesInMemory([own, '/etc/passwd'], never);
  assert.ok(found?.has(own));
  const isRoot = process.getuid?.() === 0;
  assert.equal(found?.has('/etc/passwd'), isRoot);
  if (!isRoot) return;
  const module = new URL('./pages-in-memory.ts', import.meta.url).href;
  // It becomes somebody else once it has read the program, which may lie in a home that nobody else sees.
  const script = `const { pagesInMemory } = await import(${JSON.stringify(module)});
    process.setgid(65534);
    process.setuid(65534);
    console.log([...(await pagesInMemory([${JSON.stringify(own)}, '/etc/passwd'], new AbortController().signal)).keys()].join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: '/' });
  assert.equal(stdout.trim(), '');
});

test('names of files are taken whole from what fincore prints, spaces included', () => {
  assert.deepEqual(pagesIn('     0      4096 a file\n  8192 214748364800 /b\nfincore: x: failed\n'), [
    ['a file', { bytes: 4096, inMemory: 0 }],
    ['/b', { bytes: 214_748_364_800, inMemory: 8192 }],
  ]);
});
