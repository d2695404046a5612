import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cutOut } from './cut-out.ts';
import { openModelPool } from './model-pool.ts';
import { decodePng, encodePng } from './png.ts';
import { drawPicture, testFolder } from './test-pictures.ts';

const astronaut = fileURLToPath(new URL('./fixtures/astronaut.png', import.meta.url));

test('a person is cut out: the face is opaque, the corners above are clear, and the same picture gives the same bytes', async (t) => {
  const home = await testFolder(t);
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const result = await cutOut({ picturePath: astronaut, outPath: join(home, 'a.png'), home, pool });
  await cutOut({ picturePath: astronaut, outPath: join(home, 'b.png'), home, pool });
  const bytes = await readFile(join(home, 'a.png'));
  assert.ok(bytes.equals(await readFile(join(home, 'b.png'))), 'two runs must give the same bytes');
  const cut = await decodePng(bytes);
  const alphaAt = (x: number, y: number): number => (cut.rgba[(y * cut.width + x) * 4 + 3] as number) / 255;
  for (const [x, y] of [
    [95, 80],
    [105, 105],
    [100, 95],
    [95, 30],
    [30, 180],
  ] as const)
    assert.ok(alphaAt(x, y) > 0.9, `face or suit at ${x},${y}: ${alphaAt(x, y)}`);
  for (const [x, y] of [
    [2, 2],
    [189, 2],
    [10, 60],
    [180, 90],
  ] as const)
    assert.ok(alphaAt(x, y) < 0.1, `background at ${x},${y}: ${alphaAt(x, y)}`);
  assert.match(result.model ?? '', /^selfie-segmentation@[0-9a-f]{12}$/);
  assert.equal(result.licence, 'Apache-2.0');
  assert.equal(result.usedOwnAlpha, false);
  assert.ok(result.coverage > 0.45 && result.coverage < 0.6, `coverage ${result.coverage}`);
  assert.ok(result.bbox.y >= 8 && result.bbox.y <= 16, `the hair begins at row ${result.bbox.y}`);
  assert.equal((await pool.processes()).length, 1, 'both cut-outs share one process');
});

test('an alpha of the picture itself is kept, and rubbish under clear pixels is replaced', async (t) => {
  const home = await testFolder(t);
  const disc = drawPicture(64, 64, (x, y) => {
    const distance = Math.hypot(x - 32, y - 32);
    return distance < 20 ? [200, 40, 40, 255] : distance < 22 ? [200, 40, 40, 128] : [0, 255, 0, 0];
  });
  const picturePath = join(home, 'disc.png');
  await writeFile(picturePath, await encodePng(disc));
  const result = await cutOut({ picturePath, outPath: join(home, 'out.png'), home });
  assert.equal(result.usedOwnAlpha, true);
  assert.equal(result.model, null);
  const cut = await decodePng(await readFile(join(home, 'out.png')));
  for (let i = 0; i < cut.rgba.length; i += 4) {
    assert.equal(cut.rgba[i + 3], disc.rgba[i + 3]);
    if (cut.rgba[i + 3] !== 0) assert.deepEqual([...cut.rgba.subarray(i, i + 3)], [200, 40, 40]);
    else assert.ok((cut.rgba[i + 1] as number) <= 40, `green left at pixel ${i / 4}`);
  }
  assert.deepEqual(result.bbox, { x: 11, y: 11, width: 43, height: 43 });
});

test('a picture without a subject is refused with the model and what to try, and nothing is written', async (t) => {
  const home = await testFolder(t);
  const picturePath = join(home, 'plain.png');
  await writeFile(picturePath, await encodePng(drawPicture(96, 64, (x) => [90 + x, 120, 160, 255])));
  await assert.rejects(cutOut({ picturePath, outPath: join(home, 'out.png'), home }), {
    code: 'subject-not-found',
    message: /selfie-segmentation found no subject .* Try another model: .*u2netp/s,
  });
  assert.deepEqual(await readdir(home), ['plain.png']);
});

test('a model that is not installed is refused with the way to install it, an unknown one with the known ones', async (t) => {
  const home = await testFolder(t);
  const request = { picturePath: astronaut, outPath: join(home, 'out.png'), home };
  await assert.rejects(cutOut({ ...request, model: 'isnet' }), { code: 'model-unavailable', message: /filmwright models add isnet/ });
  await assert.rejects(cutOut({ ...request, model: 'nobody' }), { code: 'model-unavailable', message: /known are .*selfie-segmentation/ });
});

test('a cancelled cut-out ends with the reason given and writes nothing', async (t) => {
  const home = await testFolder(t);
  const control = new AbortController();
  const cutting = cutOut({ picturePath: astronaut, outPath: join(home, 'out.png'), home, signal: control.signal });
  control.abort(new Error('the build was cancelled'));
  await assert.rejects(cutting, /the build was cancelled/);
  assert.deepEqual(await readdir(home), []);
});
