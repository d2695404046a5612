import type { FilmDocument } from '@filmwright/contracts';
import { dropFrames, encodeParts, type Frames } from '../film/bare-encode.ts';
import { composedFrames } from '../film/composed-frames.ts';
import { benchHome } from '../film/platform.ts';
import { openRealPlatform, type RealPlatform } from './real-platform.ts';

/** Shots that move, without sound: all of its work is in spans. No two turns have a span in common. */
const film = (turn: number): FilmDocument => ({
  title: `Two encoders ${turn}`,
  captions: false,
  storyboard: (['waves', 'halo'] as const).map((backdrop, index) => ({
    length: '2s',
    visual: { backdrop },
    motion: { move: 'zoom-in', amount: 0.1 },
    text: [{ style: 'title', text: `Turn ${turn}, shot ${index + 1}` }],
  })),
});

type Made = { readonly build: string; readonly seconds: number };

/** Makes a turn's film; seconds are from the first grant of a span to the end of the last. */
async function make(platform: RealPlatform, turn: number): Promise<Made> {
  const build = await platform.submit(film(turn));
  await platform.ended(build);
  const spans = await platform.attempts('encode');
  const endMs = Math.max(...spans.map(({ endedMs }) => endedMs));
  return { build, seconds: (endMs - Math.min(...spans.map(({ grantedMs }) => grantedMs))) / 1000 };
}

const turns = 16;
/** A machine whose executor outlasts the other turns: a new one would take a fifth of so short a film. */
const machine = { FILMWRIGHT_EXECUTOR_IDLE_MS: '3600000' };
const sum = (times: readonly number[]): number => times.reduce((total, time) => total + time, 0);

/**
 * Two runners with a core each beside one, and two bare encodes of such a film's frames beside one, each some seconds long and by turns: what a
 * machine does differently from one minute to the next is more than what is measured here.
 */
export async function twoEncoders(): Promise<string> {
  const home = benchHome();
  const first = await openRealPlatform(1, { pinned: true, home, machines: [machine] });
  const both = await openRealPlatform(2, { pinned: true, machines: [machine, machine] });
  let frames: Frames | null = null;
  try {
    await make(both, 0);
    const composed = await composedFrames(home, { build: (await make(first, 0)).build });
    frames = composed;
    const bare = (cores: readonly number[]): Promise<number> =>
      encodeParts(composed, { preset: 'medium', crf: 20, gopFrames: composed.fps * 4 }, { parts: cores.length, cores });
    const times: { one: number; two: number; alone: number; pair: number }[] = [];
    for (let turn = 1; turn <= turns; turn++) {
      const [alone, one] = [await bare([0]), (await make(first, turn)).seconds];
      const [pair, two] = [await bare([0, 1]), (await make(both, turn)).seconds];
      times.push({ one, two, alone, pair });
    }
    const all = (what: 'one' | 'two' | 'alone' | 'pair'): number => sum(times.map((each) => each[what]));
    const [runners, encodes] = [all('one') / all('two'), all('alone') / all('pair')];
    const shares = times.map(({ one, two, alone, pair }) => ((one / two) * pair) / alone).toSorted((a, b) => a - b);
    return (
      `two runners make the spans of ${turns} films ${runners.toFixed(2)} times as fast as one (${all('one').toFixed(1)} and ${all('two').toFixed(1)} s), ` +
      `two bare encodes of their frames get done ${encodes.toFixed(2)} times as fast (${all('alone').toFixed(1)} and ${all('pair').toFixed(1)} s): ` +
      `${(runners / encodes).toFixed(2)} of it, by turns ${shares.map((share) => share.toFixed(2)).join(', ')}; wanted 0.9`
    );
  } finally {
    if (frames !== null) await dropFrames(frames);
    await first.close();
    await both.close();
  }
}
