import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpeechEnergy, TokenTime } from '@filmwright/contracts';
import { visemesAt } from './figure-state.ts';
import { mouthLags, mouthReport, type SpokenByFigure } from './mouth-lag.ts';
import { mouthTrack } from './mouth-track.ts';
import { presenterOutline } from './rig-outline.ts';
import { seeded } from './seeded.ts';

const fps = 30;
const startMs = 433;
const openings = presenterOutline('mara')?.openings;
assert.ok(openings);

const text = 'people say that they stay out longer than planned because the small lamp shines in the rain for two whole days'.split(' ');

/** A line whose vowels are loud and whose consonants are not, with a pause in its middle. */
function line(): {
  readonly words: readonly { readonly spoken: readonly string[]; readonly time: TokenTime }[];
  readonly energy: SpeechEnergy;
  readonly closedAtMs: readonly number[];
} {
  const closedAtMs: number[] = [];
  const words: { spoken: string[]; time: TokenTime }[] = [];
  const below: number[] = [];
  let at = 120;
  const quietUntil = (ms: number): void => {
    while (below.length * 10 < ms) below.push(60);
  };
  for (const [index, word] of text.entries()) {
    if (index === 9) at += 600;
    quietUntil(at);
    const from = at;
    for (const letter of word) {
      const loud = 'aeiouy'.includes(letter);
      const length = 40 + Math.round(40 * seeded(3, index * 20 + word.indexOf(letter)));
      for (let ms = 0; ms < length; ms += 10) below.push(loud ? 3 : 'mbp'.includes(letter) ? 27 : 18);
      if ('mbp'.includes(letter)) closedAtMs.push(at + length / 2);
      at += Math.ceil(length / 10) * 10;
    }
    words.push({ spoken: [word], time: { startMs: from, endMs: at } });
  }
  quietUntil(at + 300);
  return { words, energy: { hopMs: 10, below }, closedAtMs };
}

function spoken(shiftMs: number): SpokenByFigure {
  const { words, energy } = line();
  const visemes = mouthTrack({ words, energy, language: 'en' }).map(({ ms, ...key }) => ({
    ...key,
    frame: ((startMs + ms + shiftMs) * fps) / 1000 - 0.5,
  }));
  return {
    startMs,
    words: words.map(({ time }) => time),
    energy,
    performance: { fps, visemes },
    openings: openings as NonNullable<typeof openings>,
  };
}

test('the mouth opens with the voice: within 80 ms for 95 of 100 words', () => {
  const found = mouthReport(mouthLags(spoken(0)));
  assert.ok(found);
  assert.equal(found.words, text.length);
  assert.ok(found.p95Ms <= 80, JSON.stringify(found));
});

test('a mouth that is 150 ms late, or early, is measured as such and would be warned of', () => {
  for (const shift of [150, -150]) {
    const lags = mouthLags(spoken(shift)).filter((lag) => lag !== null);
    const sorted = [...lags].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    assert.ok(Math.abs(median - shift) < 30, `${shift}: found ${median}`);
    assert.ok((mouthReport(lags)?.p95Ms ?? 0) > 80);
  }
});

test('the mouth is shut in pauses, closes for p and m, and does not flap from frame to frame', () => {
  const { performance } = spoken(0);
  const { words, closedAtMs } = line();
  const openAt = (ms: number): number =>
    Object.entries(visemesAt(performance, ((startMs + ms) * fps) / 1000 - 0.5)).reduce(
      (sum, [viseme, weight]) => sum + weight * (openings?.[viseme as keyof typeof openings] ?? 0),
      0,
    );
  const pauseMs = ((words[8]?.time?.endMs ?? 0) + (words[9]?.time?.startMs ?? 0)) / 2;
  assert.ok(openAt(pauseMs) < 0.5, `open by ${openAt(pauseMs)} in a pause`);
  assert.ok(openAt(-200) < 0.01 && openAt((words.at(-1)?.time?.endMs ?? 0) + 250) < 0.5);
  const nearest = closedAtMs.map((ms) => Math.min(...[-80, -60, -40, -20, 0, 20, 40, 60, 80].map((apart) => openAt(ms + apart))));
  assert.ok(nearest.length >= 7 && Math.max(...nearest) < 2, `lips stay open by ${nearest.map((open) => open.toFixed(1)).join(' ')}`);
  const widest = Math.max(...Array.from({ length: 100 }, (_, at) => openAt(at * 60)));
  assert.ok(widest > 10, `opens by ${widest}`);
  let turns = 0;
  let was = 0;
  const lengthMs = words.at(-1)?.time?.endMs ?? 0;
  for (let ms = 0; ms < lengthMs; ms += 1000 / fps) {
    const move = Math.sign(Math.round((openAt(ms + 1000 / fps) - openAt(ms)) * 2));
    if (move !== 0 && was !== 0 && move !== was) turns++;
    if (move !== 0) was = move;
  }
  // Speech has 4 to 6 syllables a second; each opens and closes the mouth once.
  assert.ok(turns / (lengthMs / 1000) < 13 && turns / (lengthMs / 1000) > 4, `${turns} turns in ${lengthMs} ms`);
});

test('nothing that is said gives nothing to measure', () => {
  assert.equal(mouthReport([]), null);
  assert.equal(mouthReport([null]), null);
  assert.deepEqual(mouthTrack({ words: [], energy: { hopMs: 10, below: [] }, language: 'en' }), []);
  assert.deepEqual(mouthTrack({ words: [{ spoken: [], time: null }], energy: { hopMs: 10, below: [0] }, language: 'en' }), []);
});
