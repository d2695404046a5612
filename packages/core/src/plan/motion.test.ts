import assert from 'node:assert/strict';
import { test } from 'node:test';
import { motionNames } from '@filmwright/contracts';
import { pathAt } from '../film/path-at.ts';
import { defaultMotion, moveOf, placePicture } from './motion.ts';

test('a picture covers the frame in every frame of every named move', () => {
  for (const name of motionNames) {
    for (const picture of [
      { width: 4000, height: 3000 },
      { width: 900, height: 1600 },
      { width: 1920, height: 1080 },
    ]) {
      const frame = { width: 1920, height: 1080 };
      const place = placePicture({
        picture,
        frame,
        move: moveOf(name, { fallback: 'none', focus: [0.1, 0.9] }),
        untilFrame: 100,
        fit: 'cover',
      });
      for (let at = 0; at <= 100; at++) {
        const scale = pathAt(place.scale, at);
        const left = pathAt(place.x, at) - (place.prepared.width * scale) / 2;
        const top = pathAt(place.y, at) - (place.prepared.height * scale) / 2;
        const where = `${name} of ${picture.width}x${picture.height} at ${at}`;
        assert.ok(left <= 0.001 && left + place.prepared.width * scale >= 1919.999, `${where}: across`);
        assert.ok(top <= 0.001 && top + place.prepared.height * scale >= 1079.999, `${where}: down`);
        assert.ok(scale <= 1.0001, `${where}: a prepared picture is never enlarged`);
      }
    }
  }
});

test('a picture that is fitted in is seen whole', () => {
  const place = placePicture({
    picture: { width: 1000, height: 1000 },
    frame: { width: 1920, height: 1080 },
    move: moveOf('none', { fallback: 'none', focus: undefined }),
    untilFrame: 10,
    fit: 'contain',
  });
  assert.deepEqual(place.prepared, { width: 1080, height: 1080 });
});

test('a picture moves the same in whatever folder it lies, so that a film can be carried elsewhere', () => {
  for (const name of ['cup.jpg', 'room.png', 'a b.webp']) {
    assert.equal(defaultMotion(`/home/ada/art/${name}`), defaultMotion(name));
    assert.equal(defaultMotion(`art/${name}`, 3), defaultMotion(name, 3));
  }
});
