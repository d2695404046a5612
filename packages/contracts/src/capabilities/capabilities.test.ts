import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { taskKinds } from '../task.ts';
import { capabilities, modelCapabilities, modelCapabilitySchema, storyboardMediaSchema, writtenShotSchema } from './index.ts';

test('every capability says what it does, what goes in and what comes out, in shapes that can be told as JSON Schema', () => {
  assert.deepEqual(modelCapabilitySchema.options, modelCapabilities);
  for (const [name, { does, input, output }] of Object.entries(capabilities)) {
    assert.match(does, /^[a-z]/, name);
    for (const half of [input, output]) assert.ok(JSON.stringify(z.toJSONSchema(half)).length > 50, name);
  }
});

test('tasks carry the shapes of the capabilities that they use, and no others of their own', () => {
  const uses = {
    storyboard: 'storyboard',
    speak: 'speech',
    align: 'word-timing',
    cutout: 'matting',
    'cutout-clip': 'video-matting',
    interpolate: 'interpolation',
    review: 'image-review',
  } as const;
  for (const [kind, capability] of Object.entries(uses) as [keyof typeof uses, (typeof uses)[keyof typeof uses]][]) {
    assert.equal(taskKinds[kind].payload, capabilities[capability].input, kind);
    assert.equal(taskKinds[kind].output, capabilities[capability].output, kind);
  }
  // What draws is one kind for pictures and clips, of the same fields.
  const drawn = Object.keys(taskKinds.generate.payload.shape);
  for (const capability of ['text-to-image', 'text-to-video', 'image-to-image', 'image-to-video'] as const)
    assert.deepEqual(
      Object.keys(capabilities[capability].input.shape).filter((field) => !drawn.includes(field)),
      [],
      capability,
    );
});

test('a written shot has every field, in its bounds, and names pictures that can be found', () => {
  const shot = {
    ...{ kind: 'plain', heading: null, points: [], seconds: null },
    lines: [{ speaker: null, text: 'A lamp.' }],
    visual: { show: 'picture', file: 'lamp.jpg' },
  };
  assert.deepEqual(writtenShotSchema.parse(shot), shot);
  for (const wrong of [
    { seconds: 0 },
    { heading: 'x'.repeat(121) },
    { visual: { show: 'nothing' } },
    { extra: 1 },
    { lines: [{ text: 'a' }] },
  ])
    assert.equal(writtenShotSchema.safeParse({ ...shot, ...wrong }).success, false, JSON.stringify(wrong));
  assert.equal(storyboardMediaSchema.safeParse({ file: 'a.jpg', kind: 'sound', note: '' }).success, false);
});
