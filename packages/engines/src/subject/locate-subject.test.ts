import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Picture } from '../onnx/picture.ts';
import { decodePng } from '../onnx/png.ts';
import { drawPicture, testFolder } from '../onnx/test-pictures.ts';
import { openSubjectFinder } from './locate-subject.ts';

const astronaut = fileURLToPath(new URL('../onnx/fixtures/astronaut.png', import.meta.url));
const models = ['selfie-segmentation'];

/** A wall with a floor, lit from one side. */
const room = (x: number, y: number): [number, number, number, number] =>
  y < 150 ? [150 + x / 8, 140, 130, 255] : [90, 70 + x / 16, 60, 255];

/** The person in front of a wide room, with the left edge at `left`. */
async function inRoom(left: number): Promise<{ readonly picture: Picture; readonly head: readonly [number, number] }> {
  const person = await decodePng(await readFile(astronaut));
  const top = 216 - person.height;
  const picture = drawPicture(384, 216, (x, y) => {
    const [px, py] = [x - left, y - top];
    const inside = px >= 0 && px < person.width && py >= 0 && py < person.height;
    const at = (py * person.width + px) * 4;
    return inside ? ([...person.rgba.subarray(at, at + 3), 255] as [number, number, number, number]) : room(x, y);
  });
  return { picture, head: [(left + 98) / 384, (top + 60) / 216] };
}

test('a person is found with the head, wherever they stand, and the same picture gives the same answer', async (t) => {
  const finder = await openSubjectFinder({ home: await testFolder(t), models });
  t.after(() => finder.close());
  for (const left of [4, 100, 190]) {
    const { picture, head } = await inRoom(left);
    const found = await finder.locate(picture);
    assert.equal(found.kind, 'people', JSON.stringify(found));
    assert.ok(found.head && found.confidence > 0.4);
    const [x, y] = head;
    const near = found.head;
    assert.ok(near.x < x && near.x + near.width > x && near.y < y + 0.1 && near.y + near.height > y - 0.1, JSON.stringify({ found, head }));
    assert.deepEqual(await finder.locate(picture), found);
  }
});

test('to be cut out, people are chosen where they are most of what stands out, and a thing beside which nobody is', async (t) => {
  const finder = await openSubjectFinder({ home: await testFolder(t), models: [...models, 'u2netp'] });
  t.after(() => finder.close());
  assert.equal((await finder.choose((await inRoom(100)).picture)).kind, 'people');
  const jar = drawPicture(192, 108, (x, y) =>
    Math.abs(x - 96) < 24 && y > 20 && y < 90 ? [200, 60 + ((x * 3) % 40), 30 + y, 255] : room(x * 2, y * 2),
  );
  const thing = await finder.choose(jar);
  assert.equal(thing.kind, 'object', JSON.stringify(thing));
  assert.ok(Math.abs(thing.box.x + thing.box.width / 2 - 0.5) < 0.06, JSON.stringify(thing));
  const alone = await openSubjectFinder({ home: '/nowhere', models });
  t.after(() => alone.close());
  assert.equal((await alone.choose(jar)).kind, 'none');
});

test('what stands out is found by its looks where no model knows it', async (t) => {
  const finder = await openSubjectFinder({ home: await testFolder(t), models: [] });
  t.after(() => finder.close());
  for (const [x, y] of [
    [70, 100],
    [300, 80],
    [200, 150],
  ] as const) {
    const ball = drawPicture(384, 216, (px, py) => (Math.hypot(px - x, py - y) < 26 ? [230, 60 + (px % 7) * 12, 40, 255] : room(px, py)));
    const found = await finder.locate(ball);
    assert.equal(found.kind, 'striking');
    assert.ok(Math.abs(found.point[0] - x / 384) < 0.1 && Math.abs(found.point[1] - y / 216) < 0.16, JSON.stringify({ x, y, found }));
    assert.ok(found.confidence > 0.25, JSON.stringify(found));
  }
});

test('of an even picture nothing is claimed', async (t) => {
  const finder = await openSubjectFinder({ home: await testFolder(t), models });
  t.after(() => finder.close());
  const found = await finder.locate(drawPicture(320, 180, () => [120, 130, 140, 255]));
  assert.deepEqual([found.kind, found.confidence, found.point], ['none', 0, [0.5, 0.5]]);
});
