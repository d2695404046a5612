import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FigurePerformance, RigOutline, SpeechEnergy, Token } from '@filmwright/contracts';
import { performanceSchema } from '@filmwright/contracts';
import { spokenWords } from '../speech/spoken-words.ts';
import { figureState } from './figure-state.ts';
import { mouthTrack } from './mouth-track.ts';
import { type HeardLine, type PerformInput, perform } from './perform.ts';
import { presenter } from './presenters.ts';
import { presenterOutline } from './rig-outline.ts';
import { trimPerformance } from './trim-performance.ts';

const outline = presenterOutline('mara') as RigOutline;

function heard(say: string, more: Partial<HeardLine> = {}): HeardLine {
  const tokens: readonly Token[] = spokenWords(say, 'en');
  const startMs = more.startMs ?? 400;
  const times = tokens.map((_, index) => ({ startMs: index * 340, endMs: index * 340 + 300 }));
  const endMs = startMs + tokens.length * 340;
  const below = Array.from({ length: tokens.length * 34 }, (_, hop) => (hop % 34 < 30 ? 4 + (hop % 8) : 45));
  return { startMs, endMs, speaker: 'ada', tokens, times, energy: { hopMs: 10, below }, language: 'en', ...more };
}

const act = (more: Partial<PerformInput>): FigurePerformance =>
  perform({
    name: 'ada',
    outline,
    fps: 30,
    seed: 4,
    facing: 'right',
    pose: 'neutral',
    emotion: 'friendly',
    lines: [],
    sideOf: () => undefined,
    enter: null,
    leave: null,
    ...more,
  });

const posesOf = (performance: FigurePerformance): readonly string[] => performance.poses.map(({ pose }) => pose);

test('what is counted is shown on fingers, questions and greetings have their poses, and each gesture ends at rest', () => {
  const counting = act({ lines: [heard('First, it shines. Second, it floats. Third, it sings.')] });
  assert.deepEqual(
    posesOf(counting).filter((pose) => ['one', 'two', 'three'].includes(pose)),
    ['one', 'two', 'three'],
  );
  assert.ok(posesOf(act({ lines: [heard('Hello and welcome to the show.')] })).includes('welcome'));
  const asked = posesOf(act({ lines: [heard('Would you really take a lamp to the lake?')] }));
  assert.ok(asked.includes('think') || asked.includes('welcome'));
  for (const performance of [counting, act({ lines: [heard('Hello and welcome to the show.')] })])
    assert.equal(performance.poses.at(-1)?.pose, 'neutral');
});

test('the mouth is where the voice is: its keys stand in the middle of the frames in which they are heard', () => {
  const line = heard('People stay out longer than they planned to.');
  const words = line.tokens.map(({ spoken }, index) => ({ spoken, time: line.times[index] ?? null }));
  const heardAt = mouthTrack({ words, energy: line.energy as SpeechEnergy, language: 'en' }).map(({ ms }) => line.startMs + ms);
  const shownAt = act({ lines: [line] }).visemes.map(({ frame }) => ((frame + 0.5) * 1000) / 30);
  assert.ok(heardAt.length > line.tokens.length, `${heardAt.length} keys`);
  assert.equal(shownAt.length, heardAt.length);
  for (const [index, ms] of heardAt.entries()) assert.ok(Math.abs((shownAt[index] as number) - ms) < 1, `${shownAt[index]} ${ms}`);
});

test('a document says emotion, gesture and look, and they are kept to the word', () => {
  const made = act({
    lines: [heard('This is no small thing.', { emotion: 'serious', gesture: 'point', look: 'ben' })],
    sideOf: (name) => (name === 'ben' ? 'right' : undefined),
  });
  assert.ok(posesOf(made).includes('point'));
  assert.ok(made.emotions.some(({ emotion }) => emotion === 'serious'));
  const state = figureState(presenter('mara') as NonNullable<ReturnType<typeof presenter>>, made, 40);
  assert.ok(state.gaze.x > 0.5, `looks ${state.gaze.x}`);
  assert.ok((state.emotions['serious'] ?? 0) > 0.95);
});

test('a listener turns to whoever speaks, nods, and keeps the mouth shut', () => {
  const made = act({
    lines: [heard('We went to the lake for a whole long week. It was good. You should have been there with us.', { speaker: 'ben' })],
    sideOf: (name) => (name === 'ben' ? 'left' : undefined),
  });
  assert.deepEqual(made.visemes, []);
  assert.deepEqual(
    made.facings.map(({ facing }) => facing),
    ['left'],
  );
  assert.ok(made.nods.length > 0);
  const rig = presenter('mara') as NonNullable<ReturnType<typeof presenter>>;
  assert.equal(figureState(rig, made, 0).facing, 'right');
  const turned = figureState(rig, made, 90);
  assert.equal(turned.facing, 'left');
  assert.equal(turned.width, undefined);
});

test('a performance is the same for the same lines, another for another seed, and keeps to its schema', () => {
  const lines = [heard('A quiet evening by the window, with rain on the glass and nothing else to do at all.')];
  assert.deepEqual(act({ lines }), act({ lines }));
  assert.notDeepEqual(act({ lines }), act({ lines, seed: 91 }));
  assert.deepEqual(performanceSchema.parse(act({ lines })), act({ lines }));
});

test('cut to a range, a performance gives the very states of the whole, and what is said later is not in it', () => {
  const rig = presenter('mara') as NonNullable<ReturnType<typeof presenter>>;
  const lines = [
    heard('Three things make it special. First, it shines for days.'),
    heard('Would you take it to the lake?', { startMs: 5200, speaker: 'ben' }),
    heard('I would, and I will stay there.', { startMs: 8600, emotion: 'happy' }),
  ];
  const sideOf = (name: string) => (name === 'ben' ? ('left' as const) : undefined);
  const enter = { startFrame: -32, endFrame: 40, cycleFrames: 32, towards: 'right' as const };
  const whole = act({ lines, sideOf, enter });
  for (const firstFrame of [0, 37, 120, 240, 300]) {
    const cut = trimPerformance(whole, { firstFrame, untilFrame: firstFrame + 60 });
    for (let frame = firstFrame; frame < firstFrame + 60; frame += 3)
      assert.deepEqual(figureState(rig, cut, frame), figureState(rig, whole, frame), `frame ${frame} of ${firstFrame}`);
  }
  const changed = act({ lines: [...lines.slice(0, 2), heard('No!', { startMs: 8600 })], sideOf, enter });
  assert.notDeepEqual(changed, whole);
  const early = { firstFrame: 0, untilFrame: 120 };
  assert.deepEqual(trimPerformance(changed, early), trimPerformance(whole, early));
});
