import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visemes } from '@filmwright/contracts';
import { presenter, presenterDocuments } from './presenters.ts';
import { readRig } from './read-rig.ts';

type Loose = Record<string, never> & { [key: string]: Loose } & Loose[];
const copy = (): Loose => structuredClone(presenterDocuments['mara']) as Loose;

test('the presenters that come along are rigs without a fault', () => {
  assert.deepEqual(Object.keys(presenterDocuments).sort(), ['jonas', 'mara']);
  for (const [name, document] of Object.entries(presenterDocuments)) {
    assert.deepEqual(readRig(document).issues, []);
    const rig = presenter(name);
    assert.ok(rig);
    for (const pose of ['neutral', 'explain-left', 'explain-right', 'one', 'two', 'three', 'welcome', 'point', 'think', 'arms-down'])
      assert.ok(rig.poses[pose], `${name} lacks the pose ${pose}`);
    for (const emotion of ['neutral', 'happy', 'serious', 'surprised', 'sad']) assert.ok(rig.emotions[emotion]);
    assert.deepEqual(Object.keys(rig.visemes).sort(), [...visemes].sort());
    assert.ok(Object.keys(rig.looks).length >= 3);
  }
  assert.equal(presenter('nobody'), undefined);
  assert.equal(presenter('constructor'), undefined);
});

test('every unknown name of a rig is told at once, under its path, with the nearest known one', () => {
  const rig = copy() as unknown as {
    parts: { name: string; parent?: string; drawings: Record<string, Record<string, unknown>[]> }[];
    poses: Record<string, { drawings: Record<string, string>; joints: Record<string, unknown> }>;
    visemes: Record<string, string>;
    looks: Record<string, Record<string, string>>;
    cycles: Record<string, { poses: string[] }>;
  };
  const head = rig.parts.findIndex((part) => part.name === 'head');
  const shape = rig.parts[head]?.drawings['rest']?.[0];
  assert.ok(shape);
  shape['fill'] = 'skinn';
  shape['inside'] = 'nothing-yet';
  (rig.parts[head] as { parent: string }).parent = 'torsoo';
  (rig.poses['think'] as { drawings: Record<string, string> }).drawings['hand-near'] = 'ofer';
  rig.visemes['a'] = 'aaa';
  (rig.looks['navy'] as Record<string, string>)['jackett'] = '#000000';
  (rig.cycles['walk'] as { poses: string[] }).poses[2] = 'walk-99';
  const { rig: read, issues } = readRig(rig);
  assert.equal(read, null);
  assert.deepEqual(issues.map((issue) => issue.path).sort(), [
    'cycles.walk.poses[2]',
    'looks.navy.jackett',
    `parts[${head}].drawings.rest[0].fill`,
    `parts[${head}].drawings.rest[0].inside`,
    `parts[${head}].parent`,
    'poses.think.drawings.hand-near',
    'visemes.a',
  ]);
  assert.match(issues.find((issue) => issue.path === 'looks.navy.jackett')?.next ?? '', /`jacket`/);
});

test('wrong values, unknown keys and missing visemes are told by their paths', () => {
  const rig = copy() as unknown as Record<string, unknown>;
  rig['colours'] = {};
  rig['ground'] = 'low';
  delete (rig['visemes'] as Record<string, string>)['o'];
  (rig['colors'] as Record<string, unknown>)['skin'] = 'pink';
  const paths = readRig(rig).issues.map((issue) => issue.path);
  for (const path of ['colours', 'ground', 'visemes.o', 'colors.skin'])
    assert.ok(paths.includes(path), `${path} is not among ${paths.join(', ')}`);
});

test('parts that hang on each other and colours that are made of each other are refused', () => {
  const rig = copy() as unknown as { parts: { name: string; parent?: string }[]; colors: Record<string, unknown> };
  for (const part of rig.parts) if (part.name === 'torso') part.parent = 'head';
  rig.colors['skin-light'] = { of: 'skin-soft', multiply: '#ffffff' };
  rig.colors['skin-soft'] = { of: 'skin-light', multiply: '#ffffff' };
  const paths = readRig(rig).issues.map((issue) => issue.path);
  assert.ok(paths.some((path) => path.endsWith('.parent')));
  assert.ok(paths.includes('colors.skin-light'));
});

test('what is no object at all is told as such', () => {
  for (const document of [null, undefined, 'rig', [1], 7]) assert.equal(readRig(document).issues.length, 1);
});
