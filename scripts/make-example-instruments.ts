import { chance } from './make-example-distance.ts';

/** Samples per second of everything here. */
export const RATE = 48000;

/** A stereo stretch of sound, both sides equally long. */
export type Stereo = { readonly left: Float32Array; readonly right: Float32Array };

/** One note: when it begins and how long it is held in seconds, MIDI pitch, loudness in [0, 1], place from -1 (left) to 1, and what its chances hang on. */
export type Note = {
  readonly startS: number;
  readonly heldS: number;
  readonly pitch: number;
  readonly loud: number;
  readonly place: number;
  readonly seed: number;
};

/** An instrument adds one note to a bus. */
export type Instrument = (bus: Stereo, note: Note) => void;

/** Frequency of a MIDI pitch in hertz, A4 = 440 Hz. */
export const hertz = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12);

const TURN = 2 * Math.PI;

/** A silent stretch of the given length. */
export function silence(seconds: number): Stereo {
  const length = Math.round(seconds * RATE);
  return { left: new Float32Array(length), right: new Float32Array(length) };
}

/** Adds what `sound(t)` gives for each instant of a note to the bus, panned with constant power. */
function play(bus: Stereo, note: Note, { lengthS, sound }: { readonly lengthS: number; readonly sound: (t: number) => number }): void {
  const start = Math.round(note.startS * RATE);
  const length = Math.min(Math.round(lengthS * RATE), bus.left.length - start);
  const angle = ((note.place + 1) * Math.PI) / 4;
  const [toLeft, toRight] = [Math.cos(angle) * note.loud, Math.sin(angle) * note.loud];
  for (let i = Math.max(0, -start); i < length; i++) {
    const value = sound(i / RATE);
    bus.left[start + i] = (bus.left[start + i] as number) + value * toLeft;
    bus.right[start + i] = (bus.right[start + i] as number) + value * toRight;
  }
}

const rise = (t: number, seconds: number): number => (t < seconds ? 0.5 - 0.5 * Math.cos((Math.PI * t) / seconds) : 1);

/** A soft thumb piano: a sine whose attack is coloured by a second one near the third partial. */
export const kalimba: Instrument = (bus, note) => {
  const f = hertz(note.pitch) * TURN;
  const decay = 0.85 - (note.pitch - 60) * 0.012;
  const bright = 0.8 + 1.2 * note.loud;
  play(bus, note, {
    lengthS: decay * 5,
    sound: (t) => {
      const strike = Math.exp(-t / 0.07) * bright;
      const body = Math.sin(f * t + strike * Math.sin(3.01 * f * t)) + 0.2 * Math.exp(-t / 0.12) * Math.sin(5.42 * f * t);
      return 0.5 * rise(t, 0.002) * Math.exp(-t / decay) * rise(decay * 5 - t, 0.1) * body;
    },
  });
};

/** An electric piano: two-operator tone with a short bell, released when let go. */
export const keys: Instrument = (bus, note) => {
  const f = hertz(note.pitch) * TURN;
  const released = (t: number): number => (t > note.heldS ? Math.exp(-(t - note.heldS) / 0.16) : 1);
  play(bus, note, {
    lengthS: note.heldS + 1.1,
    sound: (t) => {
      const index = (0.75 + 1.1 * note.loud) * Math.exp(-t / 0.7);
      const bell = 0.13 * Math.exp(-t / 0.09) * Math.sin(13.96 * f * t);
      const tone = Math.sin(f * t + index * Math.sin(f * t)) + bell;
      return 0.34 * rise(t, 0.004) * Math.exp(-t / 1.9) * released(t) * tone;
    },
  });
};

/** A singing bell for the tune: sine and octave with a slow vibrato that sets in late. */
export const bell: Instrument = (bus, note) => {
  const f = hertz(note.pitch) * TURN;
  const length = note.heldS + 1.4;
  play(bus, note, {
    lengthS: length,
    sound: (t) => {
      const sway = 0.0016 * rise(t, 0.6) * Math.sin(TURN * 4.6 * t);
      const tone =
        Math.sin(f * (t + (sway / TURN) * 0.35)) +
        0.22 * Math.exp(-t / 0.5) * Math.sin(2 * f * t) +
        0.1 * Math.exp(-t / 0.14) * Math.sin(4.01 * f * t);
      return 0.42 * rise(t, 0.012) * Math.exp(-t / (0.55 + note.heldS * 0.5)) * rise(length - t, 0.2) * tone;
    },
  });
};

/** A warm pad: per side two slightly detuned voices of eleven partials that opens and closes once over the note. */
export const pad: Instrument = (bus, note) => {
  const attack = 0.7;
  const release = 1.5;
  const length = note.heldS + release;
  for (const side of [-1, 1]) {
    const voices = [0, 1].map((voice) => ({
      f: hertz(note.pitch) * TURN * (1 + side * (voice === 0 ? 0.0011 : -0.0024)),
      phase: TURN * chance(note.seed * 4 + voice, 50 + side),
    }));
    play(
      bus,
      { ...note, place: side * 0.85 },
      {
        lengthS: length,
        sound: (t) => {
          const open = 3 + 1.4 * Math.sin(Math.PI * Math.min(1, t / note.heldS));
          let value = 0;
          for (const { f, phase } of voices) {
            for (let n = 1; n < 12; n++) value += (Math.exp(-((n - 1) / open)) / n) * Math.sin(n * (f * t + phase));
          }
          return 0.11 * rise(t, attack) * rise(Math.max(0, length - t), release) * value;
        },
      },
    );
  }
};

/** A round bass: a sine pressed a little into saturation, with a short push at the start. */
export const bass: Instrument = (bus, note) => {
  const f = hertz(note.pitch) * TURN;
  const length = note.heldS + 0.12;
  play(bus, note, {
    lengthS: length,
    sound: (t) => {
      const tone = Math.sin(f * t) + 0.28 * Math.exp(-t / 0.25) * Math.sin(2 * f * t) + 0.12 * Math.exp(-t / 0.08) * Math.sin(3 * f * t);
      return 0.62 * rise(t, 0.006) * rise(Math.max(0, length - t), 0.12) * (0.65 + 0.35 * Math.exp(-t / 0.3)) * Math.tanh(1.25 * tone);
    },
  });
};

/** A soft bass drum: a sine that falls from 120 to 47 Hz. */
export const kick: Instrument = (bus, note) => {
  play(bus, note, {
    lengthS: 0.42,
    sound: (t) => {
      const phase = 47 * t + 73 * 0.035 * (1 - Math.exp(-t / 0.035));
      return 0.9 * rise(t, 0.0015) * Math.exp(-t / 0.12) * rise(0.42 - t, 0.08) * Math.sin(TURN * phase);
    },
  });
};

/** Hissing noise through one high-pass pole, for shaker and hat: `heldS` is its decay. */
export const shaker: Instrument = (bus, note) => {
  let before = 0;
  let low = 0;
  let i = 0;
  play(bus, note, {
    lengthS: note.heldS * 6,
    sound: (t) => {
      const noise = 2 * chance(i++, note.seed + 9000) - 1;
      low += 0.55 * (noise - low);
      const high = noise - low;
      const soft = 0.5 * (high + before);
      before = high;
      return 0.5 * rise(t, 0.008) * Math.exp(-t / note.heldS) * soft;
    },
  });
};

/** A finger snap with a wooden core: a band of noise near 1.9 kHz and a short tone. */
export const snap: Instrument = (bus, note) => {
  let low = 0;
  let band = 0;
  let i = 0;
  play(bus, note, {
    lengthS: 0.3,
    sound: (t) => {
      const noise = 2 * chance(i++, note.seed + 20000) - 1;
      low += 0.245 * band;
      band += 0.245 * (noise - low - 0.5 * band);
      const wood = Math.exp(-t / 0.018) * Math.sin(TURN * 420 * t);
      const hands = Math.exp(-t / 0.05) + 0.7 * (t > 0.011 ? Math.exp(-(t - 0.011) / 0.035) : 0);
      return rise(t, 0.001) * rise(0.3 - t, 0.05) * (0.3 * hands * band + 0.25 * wood);
    },
  });
};
