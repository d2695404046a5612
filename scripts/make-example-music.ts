/**
 * Composes and plays the music of the sample film: D major, 96 beats a minute, 32 bars of 2.5 s and a tail. Bars 8 to 24 loop
 * (20.0 s to 60.0 s): what is heard before both ends is the same performance, so the seam falls where nothing differs.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chance } from './make-example-distance.ts';
import {
  bass,
  bell,
  type Instrument,
  kalimba,
  keys,
  kick,
  type Note,
  pad,
  RATE,
  type Stereo,
  shaker,
  silence,
  snap,
} from './make-example-instruments.ts';
import { blend, echoes, encodePcm, equalise, limit, loudness, room, shape } from './make-example-mixing.ts';

type Chord = { readonly root: number; readonly tones: readonly number[] };

const BEAT_S = 60 / 96;
const BAR_S = 4 * BEAT_S;
const BARS = 32;
const TAIL_S = 5;
const LOOP_BARS = 16;
const LOUDNESS_LUFS = -16;
const OUT = new URL('../examples/sound/', import.meta.url);

/** D maj9, Bm9, G maj9, A13sus, F#m7, Bm9, Em9, A13sus: one bar each, voiced so that no voice leaps. */
const CHORDS: readonly Chord[] = [
  { root: 38, tones: [57, 61, 64, 66] },
  { root: 35, tones: [57, 61, 62, 66] },
  { root: 31, tones: [59, 62, 66, 69] },
  { root: 33, tones: [55, 59, 62, 66] },
  { root: 30, tones: [57, 61, 64, 68] },
  { root: 35, tones: [57, 61, 62, 66] },
  { root: 28, tones: [55, 59, 62, 66] },
  { root: 33, tones: [55, 59, 62, 64] },
];

/** The tune: bar, beat, pitch, beats held. */
const TUNE: readonly (readonly [bar: number, beat: number, pitch: number, held: number])[] = [
  [0, 0, 78, 1.5],
  [0, 1.5, 76, 0.5],
  [0, 2, 81, 2],
  [1, 0.5, 78, 0.5],
  [1, 1, 74, 1],
  [1, 2, 73, 0.5],
  [1, 2.5, 74, 1.5],
  [2, 0, 74, 1.5],
  [2, 1.5, 71, 0.5],
  [2, 2, 69, 2],
  [3, 1, 71, 0.5],
  [3, 1.5, 74, 0.5],
  [3, 2, 76, 2],
  [4, 0, 76, 1.5],
  [4, 1.5, 80, 0.5],
  [4, 2, 81, 2],
  [5, 0.5, 78, 0.5],
  [5, 1, 74, 1],
  [5, 2.5, 73, 0.5],
  [5, 3, 74, 1],
  [6, 0, 76, 1],
  [6, 1, 74, 0.5],
  [6, 1.5, 71, 0.5],
  [6, 2, 71, 2],
  [7, 0.5, 69, 0.5],
  [7, 1, 71, 0.5],
  [7, 1.5, 74, 0.5],
  [7, 2, 76, 2],
];

/** Sixteenth on which a pluck falls and the chord tone it takes; tones above 3 are the lower ones an octave up. */
const PLUCKS: readonly (readonly [number, number])[][] = [
  [
    [0, 0],
    [3, 2],
    [6, 1],
    [8, 3],
    [11, 2],
    [14, 4],
  ],
  [
    [0, 1],
    [3, 3],
    [6, 2],
    [10, 4],
    [12, 3],
    [14, 2],
  ],
];

const seconds = (bar: number, beat: number): number => bar * BAR_S + beat * BEAT_S;
const chordOf = (bar: number): Chord => CHORDS[bar % CHORDS.length] as Chord;

/** What plays in a bar: 4 bars of opening, 8 of first part, 8 with the tune, 8 of first part again, 4 of ending. */
function playing(bar: number): { readonly drums: boolean; readonly tune: boolean; readonly bass: boolean; readonly hush: number } {
  if (bar < 4) return { drums: false, tune: false, bass: bar >= 2, hush: 0.75 };
  if (bar >= 12 && bar < 20) return { drums: true, tune: true, bass: true, hush: 1 };
  if (bar >= 28) return { drums: bar < 30, tune: false, bass: bar < 31, hush: 0.85 };
  return { drums: true, tune: false, bass: true, hush: 0.92 };
}

/** A player: sets an instrument on a bus, and gives every note a little of its own time and weight, the same in both turns of the loop. */
function player(bus: Stereo, instrument: Instrument, { looseS, voice }: { readonly looseS: number; readonly voice: number }) {
  return (bar: number, beat: number, part: Pick<Note, 'heldS' | 'pitch' | 'loud'> & { readonly place?: number }): void => {
    const seed = ((bar % LOOP_BARS) * 64 + Math.round(beat * 8)) * 131 + voice * 7 + part.pitch * 3;
    const startS = Math.max(0, seconds(bar, beat) + looseS * (chance(seed, 1) + chance(seed, 2) - 1));
    instrument(bus, { ...part, startS, place: part.place ?? 0, loud: part.loud * (0.88 + 0.24 * chance(seed, 3)), seed });
  };
}

function score(): {
  readonly pads: Stereo;
  readonly chords: Stereo;
  readonly plucks: Stereo;
  readonly tune: Stereo;
  readonly low: Stereo;
  readonly drums: Stereo;
  readonly kicksS: readonly number[];
} {
  const whole = (): Stereo => silence(BARS * BAR_S + TAIL_S);
  const buses = { pads: whole(), chords: whole(), plucks: whole(), tune: whole(), low: whole(), drums: whole() };
  const kicksS: number[] = [];
  const onPad = player(buses.pads, pad, { looseS: 0, voice: 1 });
  const onKeys = player(buses.chords, keys, { looseS: 0.014, voice: 2 });
  const onPluck = player(buses.plucks, kalimba, { looseS: 0.009, voice: 3 });
  const onBell = player(buses.tune, bell, { looseS: 0.01, voice: 4 });
  const onBass = player(buses.low, bass, { looseS: 0.006, voice: 5 });
  const onKick = player(buses.drums, kick, { looseS: 0, voice: 6 });
  const onSnap = player(buses.drums, snap, { looseS: 0.006, voice: 7 });
  const onShaker = player(buses.drums, shaker, { looseS: 0.007, voice: 8 });
  for (let bar = 0; bar < BARS; bar++) {
    const chord = bar === BARS - 1 ? (CHORDS[0] as Chord) : chordOf(bar);
    const last = bar === BARS - 1;
    const { drums, tune, bass: low, hush } = playing(bar);
    for (const pitch of chord.tones) onPad(bar, 0, { heldS: last ? BAR_S + 1.4 : BAR_S, pitch, loud: 0.5 * hush });
    onPad(bar, 0, { heldS: last ? BAR_S + 1.4 : BAR_S, pitch: chord.root + 12, loud: 0.42 * hush });
    const stabs: readonly number[] = last ? [0] : bar < 4 ? [0] : [0, 1.5, 3.5].slice(0, bar % 2 === 0 ? 2 : 3);
    for (const [stab, beat] of stabs.entries()) {
      for (const [i, pitch] of chord.tones.entries()) {
        onKeys(bar, beat + i * 0.018, {
          heldS: last ? 4 : stab === 0 ? 0.75 : 0.5,
          pitch,
          loud: (stab === 0 ? 0.5 : 0.34) * hush,
          place: -0.35 + 0.2 * i,
        });
      }
    }
    if (!last) {
      for (const [step, tone] of PLUCKS[bar % 2] ?? []) {
        if (bar < 2 && step > 8) continue;
        const pitch = (chord.tones[tone % 4] ?? 60) + 12 + (tone > 3 ? 12 : 0);
        onPluck(bar, step / 4 + (step % 2 === 1 ? 0.035 : 0), {
          heldS: 0.5,
          pitch,
          loud: (step === 0 ? 0.5 : 0.4) * hush * (tune ? 0.72 : 1),
          place: tone % 2 === 0 ? 0.45 : -0.45,
        });
      }
    } else
      for (const [i, pitch] of [62, 66, 69, 73, 76].entries())
        onPluck(bar, 0.02 + i * 0.14, { heldS: 1, pitch: pitch + 12, loud: 0.4 - 0.03 * i, place: -0.5 + 0.25 * i });
    if (low) {
      onBass(bar, 0, { heldS: last ? 2 : 1.35 * BEAT_S, pitch: chord.root, loud: 0.78 });
      onBass(bar, 1.75, { heldS: 0.5 * BEAT_S, pitch: chord.root + (bar % 2 === 0 ? 12 : 7), loud: 0.5 });
      onBass(bar, 2.5, { heldS: 1.2 * BEAT_S, pitch: chord.root, loud: 0.68 });
    } else if (last) onBass(bar, 0, { heldS: 3.2, pitch: 38, loud: 0.62 });
    if (drums) {
      for (const beat of bar % 4 === 3 ? [0, 1.75, 2.5] : [0, 2.5]) {
        onKick(bar, beat, { heldS: 0.3, pitch: 36, loud: beat === 0 ? 0.8 : 0.66 });
        kicksS.push(seconds(bar, beat));
      }
      for (const beat of [1, 3]) onSnap(bar, beat, { heldS: 0.2, pitch: 60, loud: 0.62, place: 0.12 });
      for (let step = 0; step < 16; step++) {
        const weight = step % 4 === 2 ? 0.66 : step % 2 === 0 ? 0.38 : 0.27;
        onShaker(bar, step / 4 + (step % 2 === 1 ? 0.035 : 0), {
          heldS: step % 4 === 2 ? 0.05 : 0.026,
          pitch: 70,
          loud: weight * (tune ? 1.1 : 0.9),
          place: -0.3,
        });
      }
    }
    if (tune)
      for (const [at, beat, pitch, held] of TUNE)
        if (at === (bar - 12) % 8) onBell(bar, beat, { heldS: held * BEAT_S, pitch, loud: 0.48, place: 0.1 });
  }
  return { ...buses, kicksS };
}

/** The gain that makes room for the kick: down by a quarter at once, back over about 200 ms. */
function duck(length: number, kicksS: readonly number[]): Float32Array {
  const curve = new Float32Array(length).fill(1);
  for (const kickS of kicksS) {
    const start = Math.round((kickS - 0.004) * RATE);
    for (let i = Math.max(0, start); i < Math.min(length, start + 0.6 * RATE); i++) {
      const t = (i - start) / RATE;
      curve[i] = Math.min(curve[i] as number, 1 - 0.27 * Math.min(1, t / 0.012) * Math.exp(-Math.max(0, t - 0.03) / 0.13));
    }
  }
  return curve;
}

function mixed(): Stereo {
  const parts = score();
  const curve = duck(parts.pads.left.length, parts.kicksS);
  equalise(parts.pads, { kind: 'high-pass', frequencyHz: 130 });
  equalise(parts.chords, { kind: 'high-pass', frequencyHz: 140 });
  equalise(parts.chords, { kind: 'low-pass', frequencyHz: 5200 });
  for (const bus of [parts.pads, parts.chords]) shape(bus, curve);
  const repeats = echoes(parts.plucks, { everyS: 0.75 * BEAT_S, feedback: 0.42 });
  const send = silence(BARS * BAR_S + TAIL_S);
  for (const [bus, gain] of [
    [parts.pads, 0.45],
    [parts.chords, 0.32],
    [parts.plucks, 0.5],
    [repeats, 0.4],
    [parts.tune, 0.65],
    [parts.drums, 0.08],
  ] as const)
    blend(send, bus, gain);
  equalise(send, { kind: 'high-pass', frequencyHz: 240 });
  const hall = room(send, { decayS: 2.3, damp: 0.32, preDelayS: 0.024 });
  const master = silence(BARS * BAR_S + TAIL_S);
  for (const [bus, gain] of [
    [parts.pads, 0.52],
    [parts.chords, 0.5],
    [parts.plucks, 0.7],
    [repeats, 0.3],
    [parts.tune, 0.52],
    [parts.low, 0.5],
    [parts.drums, 0.62],
    [hall, 0.5],
  ] as const)
    blend(master, bus, gain);
  equalise(master, { kind: 'high-pass', frequencyHz: 28 });
  equalise(master, { kind: 'high-shelf', frequencyHz: 2600, gainDb: 3.5 });
  const fade = Math.round(2.5 * RATE);
  for (let i = 0; i < fade; i++) {
    const at = master.left.length - 1 - i;
    const gain = 0.5 - 0.5 * Math.cos((Math.PI * i) / fade);
    master.left[at] = (master.left[at] as number) * gain;
    master.right[at] = (master.right[at] as number) * gain;
  }
  for (let turn = 0; turn < 3; turn++) {
    const gain = 10 ** ((LOUDNESS_LUFS - loudness(master)) / 20);
    shape(master, new Float32Array(master.left.length).fill(gain));
    limit(master, 0.8);
  }
  return master;
}

mkdirSync(OUT, { recursive: true });
const sound = mixed();
const [here, there] = [20 * RATE, 60 * RATE];
let [difference, level] = [0, 0];
for (let i = -RATE; i < RATE; i++) {
  difference += ((sound.left[here + i] as number) - (sound.left[there + i] as number)) ** 2;
  level += (sound.left[here + i] as number) ** 2;
}
console.log(
  `loudness ${loudness(sound).toFixed(2)} LUFS; around the loop's ends the sound differs by ${(10 * Math.log10(difference / level)).toFixed(1)} dB`,
);
const target = process.argv[2] ?? fileURLToPath(new URL('evening-light.m4a', OUT));
const codec = target.endsWith('.m4a')
  ? ['-c:a', 'aac', '-b:a', '192k', '-fflags', '+bitexact', '-flags:a', '+bitexact', '-movflags', '+faststart']
  : [];
const done = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', String(RATE), '-ac', '2', '-i', '-', ...codec, target], {
  input: encodePcm(sound, chance),
  maxBuffer: 1 << 28,
});
if (done.status !== 0) throw new Error(`ffmpeg could not write ${target}: ${done.stderr.toString().trim()}`);
