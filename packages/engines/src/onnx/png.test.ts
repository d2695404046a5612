import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { decodePng, encodePng } from './png.ts';
import { drawPicture } from './test-pictures.ts';

test('a picture written and read again is the same, at any size', async () => {
  for (const [width, height] of [
    [1, 1],
    [7, 3],
    [64, 33],
  ] as const) {
    const picture = drawPicture(width, height, (x, y) => [(x * 37) % 256, (y * 91) % 256, (x * y) % 256, (x + y) % 256]);
    assert.deepEqual(await decodePng(await encodePng(picture)), picture);
  }
});

test('what is no whole PNG of 8 bits is refused with what was found', async () => {
  const bytes = await encodePng(drawPicture(8, 8, () => [1, 2, 3, 4]));
  const damaged = Buffer.from(bytes);
  damaged[45] = (damaged[45] as number) ^ 0xff;
  await assert.rejects(decodePng(damaged), { code: 'media-invalid', message: /damaged IDAT/ });
  await assert.rejects(decodePng(bytes.subarray(0, 40)), { code: 'media-invalid' });
  await assert.rejects(decodePng(Buffer.from('GIF89a rest')), { message: /wanted the PNG signature/ });
  await assert.rejects(decodePng(Buffer.from(deflateSync(Buffer.alloc(10)))), { code: 'media-invalid' });
});
