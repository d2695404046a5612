import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FigurePerformance, performanceSchema, type Rig } from '@filmwright/contracts';
import { blinkAt } from './blinks.ts';
import { figureState } from './figure-state.ts';
import { placeParts } from './place-parts.ts';
import { presenter } from './presenters.ts';

const rigs = ['mara', 'jonas'].map((name) => presenter(name) as Rig);
const demo = (more: Partial<FigurePerformance> = {}): FigurePerformance => ({
  ...performanceSchema.parse({
    fps: 30,
    seed: 5,
    poses: [
      { frame: 0, pose: 'neutral' },
      { frame: 20, pose: 'explain-right' },
      { frame: 28, pose: 'welcome' },
      { frame: 60, pose: 'three' },
      { frame: 90, pose: 'think' },
    ],
    emotions: [
      { frame: 10, emotion: 'friendly' },
      { frame: 60, emotion: 'serious', weight: 0.8 },
    ],
    visemes: [
      { frame: 12, viseme: 'mbp' },
      { frame: 15, viseme: 'a' },
      { frame: 18, viseme: 's', open: 0.7 },
      { frame: 21, viseme: 'o' },
    ],
    gaze: [{ frame: 30, x: 0.8, y: 0 }],
    turns: [{ frame: 25, turn: 0.7 }],
    nods: [{ frame: 40 }],
  }),
  ...more,
});

test('the same rig, performance and frame give the same state, and another seed another one', () => {
  for (const rig of rigs) {
    assert.deepEqual(figureState(rig, demo(), 37), figureState(rig, demo(), 37));
    assert.notDeepEqual(figureState(rig, demo(), 37), figureState(rig, demo({ seed: 6 }), 37));
  }
});

test('no part jumps between frames: nothing moves on by more than 90 units, nor changes its pace by more than 34', () => {
  for (const rig of rigs) {
    let before: Map<string, readonly [number, number]> | undefined;
    let moves = new Map<string, readonly [number, number]>();
    let farthest = 0;
    for (let frame = -5; frame < 140; frame++) {
      const now = new Map(placeParts(rig, figureState(rig, demo(), frame)).map(({ part, pivot }) => [part.name, pivot]));
      const next = new Map<string, readonly [number, number]>();
      for (const [name, [x, y]] of now) {
        const was = before?.get(name);
        if (was === undefined) continue;
        const move = [x - was[0], y - was[1]] as const;
        next.set(name, move);
        farthest = Math.max(farthest, Math.hypot(...move));
        assert.ok(Math.hypot(...move) < 90, `${name} moves by ${Math.hypot(...move)} at frame ${frame}`);
        const pace = moves.get(name);
        if (pace !== undefined) {
          const change = Math.hypot(move[0] - pace[0], move[1] - pace[1]);
          assert.ok(change < 34, `${name} changes its pace by ${change} at frame ${frame}`);
        }
      }
      before = now;
      moves = next;
    }
    assert.ok(farthest > 10, `nothing moves by more than ${farthest}`);
  }
});

test('a pose is reached and held, and the hand arrives after the elbow', () => {
  const [rig] = rigs as [Rig];
  const perf = demo({ poses: [{ frame: 0, pose: 'one', lengthFrames: 15 }], turns: [], nods: [] });
  const held = figureState(rig, perf, 25).joints['forearm-far'];
  const wanted = rig.poses['one']?.joints['forearm-far'];
  assert.ok(held && wanted);
  assert.equal(held.rotate, wanted.rotate);
  assert.ok(Math.abs(held.stretch - wanted.stretch) < 1e-9);
  assert.deepEqual(figureState(rig, perf, 200).drawings['hand-far'], { one: 1 });
  const share = (part: string, frame: number): number => {
    const at = (when: number): number => figureState(rig, perf, when).joints[part]?.rotate ?? 0;
    return (at(frame) - at(-50)) / (at(200) - at(-50));
  };
  assert.ok(share('upper-arm-far', 7) > share('hand-far', 7));
});

test('visemes cross over: the mouth is half way at each key and never sums to more than one', () => {
  const [rig] = rigs as [Rig];
  assert.ok(Math.abs((figureState(rig, demo(), 15).visemes.a ?? 0) - 0.5) < 0.05);
  for (let frame = 0; frame < 40; frame += 0.5) {
    const sum = Object.values(figureState(rig, demo(), frame).visemes).reduce((all, one) => all + one, 0);
    assert.ok(sum <= 1 + 1e-9, `weights sum to ${sum} at frame ${frame}`);
  }
});

test('blinks come every 2 to 6 s, close the eyes altogether and take about 150 ms', () => {
  for (const seed of [1, 2, 3, 77, 4000]) {
    const starts: number[] = [];
    const lengths: number[] = [];
    let shutMost = 0;
    for (let ms = 0; ms < 120_000; ms += 5) {
      const shut = blinkAt(seed, ms / 1000);
      shutMost = Math.max(shutMost, shut);
      if (shut > 0 && blinkAt(seed, (ms - 5) / 1000) === 0) starts.push(ms);
      if (shut === 0 && blinkAt(seed, (ms - 5) / 1000) > 0) lengths.push(ms - (starts.at(-1) ?? ms));
    }
    assert.equal(shutMost, 1, `seed ${seed}`);
    assert.ok(starts.length >= 19 && lengths.length >= 19, `seed ${seed}: ${starts.length} blinks in two minutes`);
    for (let index = 1; index < starts.length; index++) {
      const gap = (starts[index] as number) - (starts[index - 1] as number);
      assert.ok(gap >= 1995 && gap <= 6005, `seed ${seed}: ${gap} ms between blinks`);
    }
    for (const length of lengths.slice(1)) assert.ok(length > 120 && length < 190, `seed ${seed}: a blink of ${length} ms`);
  }
});

test('a walk goes round without a corner and ends in the pose that is held', () => {
  const [rig] = rigs as [Rig];
  const perf = demo({
    poses: [{ frame: 0, pose: 'arms-down' }],
    cycles: [{ cycle: 'walk', startFrame: 0, endFrame: 90, cycleFrames: 30 }],
  });
  const thigh = (frame: number): number => figureState(rig, perf, frame).joints['thigh-near']?.rotate ?? 0;
  assert.ok(Math.abs(thigh(40) - thigh(70)) < 0.5);
  assert.ok(Math.max(...Array.from({ length: 30 }, (_, index) => thigh(30 + index))) > 8);
  assert.equal(thigh(130), 0);
});
