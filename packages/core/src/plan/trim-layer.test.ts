import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Layer, Path } from '@filmwright/contracts';
import { pathAt } from '../film/path-at.ts';
import { trimLayer } from './trim-layer.ts';

const steady = (value: number): Path => [{ frame: 0, value, ease: 'linear' }];
const walk: Path = [
  { frame: 0, value: -100, ease: 'linear' },
  { frame: 40, value: 200, ease: 'linear' },
  { frame: 50, value: 230, ease: 'ease' },
  { frame: 120, value: 230, ease: 'linear' },
  { frame: 160, value: 700, ease: 'linear' },
];
const layer: Layer = {
  source: { type: 'bezel', color: '#ffffff', borderPx: 2, width: 10, height: 10 },
  ...{ fromFrame: 5, untilFrame: 200, x: walk, y: steady(3), scale: steady(1), opacity: steady(1) },
};

test('a layer cut to a range stands where it stood in every frame of it, and tells nothing of what comes after', () => {
  for (let firstFrame = 0; firstFrame < 190; firstFrame += 7)
    for (const frames of [1, 30, 100]) {
      const cut = trimLayer(layer, { firstFrame, frames });
      for (let frame = firstFrame; frame < firstFrame + frames; frame++)
        assert.equal(pathAt(cut.x, frame), pathAt(walk, frame), `${frame}`);
      assert.ok(cut.untilFrame <= firstFrame + frames && cut.fromFrame >= firstFrame);
    }
  const changed: Layer = { ...layer, untilFrame: 300, x: [...walk.slice(0, 4), { frame: 170, value: 900, ease: 'linear' }] };
  assert.deepEqual(trimLayer(changed, { firstFrame: 20, frames: 60 }), trimLayer(layer, { firstFrame: 20, frames: 60 }));
});
