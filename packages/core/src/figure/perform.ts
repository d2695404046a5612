import type { FigurePerformance, RigOutline, SpeechEnergy, Token, TokenTime } from '@filmwright/contracts';
import { gesturesFor, sentencesIn, stresses } from './gestures.ts';
import { loudnessOf } from './loudness.ts';
import { mouthTrack } from './mouth-track.ts';
import { seeded } from './seeded.ts';

/** A line of a shot, in milliseconds of the shot, as figures hear or say it. */
export type HeardLine = {
  readonly startMs: number;
  readonly endMs: number;
  /** Null for a voice from outside the picture. */
  readonly speaker: string | null;
  readonly tokens: readonly Token[];
  readonly times: readonly TokenTime[];
  readonly energy: SpeechEnergy | null;
  readonly language: string;
  readonly emotion?: string | undefined;
  readonly gesture?: string | undefined;
  readonly look?: string | undefined;
};

/** A walk across the frame, in frames of the shot. */
export type Walk = {
  readonly startFrame: number;
  readonly endFrame: number;
  readonly cycleFrames: number;
  readonly towards: 'left' | 'right';
};

export type Side = 'left' | 'right' | 'above';

export type PerformInput = {
  readonly name: string;
  readonly outline: RigOutline;
  readonly fps: number;
  readonly seed: number;
  /** Where the figure faces when nothing else turns it. */
  readonly facing: 'left' | 'right';
  readonly pose: string;
  readonly emotion: string;
  readonly lines: readonly HeardLine[];
  /** On which side of the figure somebody, or the `screen`, stands, or that it hangs above it; undefined for what is not in the picture. */
  readonly sideOf: (name: string) => Side | undefined;
  readonly enter: Walk | null;
  readonly leave: Walk | null;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
const turnMs = 340;

/** What a figure does in a shot: it speaks its own lines with gestures, looks at whom it speaks with, listens to the others, and walks in and out. */
export function perform(input: PerformInput): FigurePerformance {
  const { fps, seed, outline, lines, name, enter, leave } = input;
  const frameAt = (ms: number): number => Math.round((ms * fps) / 1000);
  const made: Mutable<FigurePerformance> = {
    fps,
    seed,
    facing: enter?.towards ?? input.facing,
    poses: [{ frame: -fps * 2, pose: input.pose }],
    emotions: [{ frame: -fps * 2, emotion: input.emotion, weight: 1 }],
    visemes: [],
    gaze: [],
    turns: [],
    nods: [],
    facings: [],
    cycles: [enter, leave].flatMap((walk) =>
      walk === null || outline.cycles['walk'] === undefined
        ? []
        : [{ cycle: 'walk', startFrame: walk.startFrame, endFrame: walk.endFrame, cycleFrames: walk.cycleFrames }],
    ),
  };
  let facing = made.facing;
  const face = (ms: number, towards: Side | undefined): void => {
    if (towards === undefined || towards === 'above' || towards === facing) return;
    facing = towards;
    made.facings.push({ frame: frameAt(ms), facing: towards, lengthFrames: Math.max(4, frameAt(turnMs)) });
  };
  if (enter !== null) face((enter.endFrame * 1000) / fps - 120, input.facing);
  const arrivedMs = enter === null ? 0 : (enter.endFrame * 1000) / fps;
  for (const [index, line] of lines.entries()) {
    const own: LineInput = { input, line, made, frameAt, seed: seed + index * 101, face, facing: () => facing, arrivedMs };
    if (line.speaker === name) speak(own);
    else listen(own);
  }
  if (leave !== null) face((leave.startFrame * 1000) / fps - turnMs / 2, leave.towards);
  const ordered = <K extends { readonly frame: number }>(keys: readonly K[]): K[] => [...keys].sort((a, b) => a.frame - b.frame);
  return {
    ...made,
    poses: ordered(made.poses),
    emotions: ordered(made.emotions),
    gaze: ordered(made.gaze),
    turns: ordered(made.turns),
    facings: ordered(made.facings),
    nods: ordered(made.nods),
  };
}

type LineInput = {
  readonly input: PerformInput;
  readonly line: HeardLine;
  readonly made: Mutable<FigurePerformance>;
  readonly frameAt: (ms: number) => number;
  readonly seed: number;
  readonly face: (ms: number, towards: Side | undefined) => void;
  readonly facing: () => 'left' | 'right';
  readonly arrivedMs: number;
};

/** Turns body, head and eyes to somebody, the screen or the viewer from a moment on. */
function lookAt(at: LineInput, { whom, ms, body }: { readonly whom: string; readonly ms: number; readonly body: boolean }): void {
  const { input, made, frameAt, face, facing, seed, arrivedMs } = at;
  const side = whom === 'viewer' ? undefined : input.sideOf(whom);
  // Whoever is still walking looks where it goes.
  if (body && ms >= arrivedMs - 300) face(ms, side);
  const from = frameAt(ms + (body ? 120 : 0));
  const ahead = side !== undefined && side === facing();
  const little = (seeded(seed, 7) - 0.5) * 0.16;
  if (side === 'above') {
    made.gaze.push({ frame: from, x: 0.15, y: -0.9 });
    made.turns.push({ frame: from, turn: little });
    return;
  }
  made.gaze.push({ frame: from, x: side === undefined ? 0 : ahead ? 0.72 : -0.8, y: 0 });
  made.turns.push({ frame: from, turn: side === undefined ? -0.12 + little : ahead ? 0.5 + little : -0.85 });
}

function speak(at: LineInput): void {
  const { input, line, made, frameAt, seed } = at;
  const { outline, sideOf } = input;
  const others = input.lines.map((one) => one.speaker).filter((one): one is string => one !== null && one !== input.name);
  const partner = line.look ?? (sideOf(others[0] ?? '') === undefined ? 'viewer' : (others[0] as string));
  lookAt(at, { whom: partner, ms: line.startMs - 180, body: partner !== 'screen' && partner !== 'viewer' });
  if (line.emotion !== undefined) made.emotions.push({ frame: frameAt(line.startMs - 220), emotion: line.emotion, weight: 1 });
  const loudness = line.energy === null ? null : loudnessOf(line.energy);
  const loud = (ms: number): number => loudness?.at(ms - line.startMs) ?? 0;
  if (line.energy !== null) {
    const words = line.tokens.map((token, index) => ({ spoken: token.spoken, time: line.times[index] ?? null }));
    // A frame is seen from its start to its end: what it shows is right in its middle.
    for (const { ms, ...key } of mouthTrack({ words, energy: line.energy, language: line.language }))
      made.visemes.push({ ...key, frame: Math.round((((line.startMs + ms) * input.fps) / 1000 - 0.5) * 100) / 100 });
  }
  const sentences = sentencesIn(line.tokens, line);
  const gestures =
    line.gesture !== undefined
      ? [{ pose: line.gesture, fromMs: line.startMs - 200, untilMs: Math.max(line.startMs + 1200, line.endMs - 200) }]
      : gesturesFor({ sentences, loud, seed, poses: outline.poses, hasScreen: ['left', 'right'].includes(sideOf('screen') ?? '') });
  gestures.forEach((gesture, index) => {
    made.poses.push({ frame: frameAt(gesture.fromMs), pose: gesture.pose, lengthFrames: frameAt(520) });
    const next = gestures[index + 1];
    if (next === undefined || next.fromMs - gesture.untilMs > 450)
      made.poses.push({ frame: frameAt(gesture.untilMs), pose: input.pose, lengthFrames: frameAt(700) });
    if ('screen' in gesture && gesture.screen) {
      lookAt(at, { whom: 'screen', ms: gesture.fromMs + 60, body: false });
      lookAt(at, { whom: partner, ms: gesture.fromMs + 1250, body: false });
    }
  });
  const looksAway = partner !== 'viewer';
  for (const ms of stresses(sentences, loud))
    made.nods.push({ frame: frameAt(ms - 90), depth: 0.3 + 0.35 * seeded(seed, Math.round(ms)), lengthFrames: frameAt(430) });
  sentences.forEach((sentence, index) => {
    if (sentence.mark === '?' && ['neutral', 'friendly'].includes(emotionNow(at)) && outline.emotions.includes('surprised')) {
      made.emotions.push({ frame: frameAt(sentence.startMs), emotion: 'surprised', weight: 0.35 });
      made.emotions.push({ frame: frameAt(sentence.endMs + 250), emotion: emotionNow(at), weight: 1 });
    }
    const pointed = gestures.some((one) => 'screen' in one && one.fromMs < sentence.endMs && one.untilMs > sentence.startMs);
    if (index > 0 && !looksAway && !pointed)
      made.turns.push({ frame: frameAt(sentence.startMs - 60), turn: -0.3 + 0.5 * seeded(seed, index + 300), lengthFrames: frameAt(620) });
  });
}

/** The emotion that the line has, or whatever was there before. */
function emotionNow({ input, line }: LineInput): string {
  const index = input.lines.indexOf(line);
  const given = input.lines.slice(0, index + 1).filter((one) => one.speaker === input.name && one.emotion !== undefined);
  return given.at(-1)?.emotion ?? input.emotion;
}

function listen(at: LineInput): void {
  const { input, line, made, frameAt, seed } = at;
  if (line.speaker === null || input.sideOf(line.speaker) === undefined) return;
  lookAt(at, { whom: line.speaker, ms: line.startMs + 120 + 260 * seeded(seed, 3), body: true });
  for (const [index, sentence] of sentencesIn(line.tokens, line).entries())
    if (seeded(seed, index + 20) < 0.65 && sentence.endMs - sentence.startMs > 900)
      made.nods.push({ frame: frameAt(sentence.endMs - 150), depth: 0.35 + 0.3 * seeded(seed, index + 30), lengthFrames: frameAt(560) });
}
