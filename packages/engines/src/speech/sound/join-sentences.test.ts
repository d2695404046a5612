import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { joinSentences } from './join-sentences.ts';
import { readWav, writeWav } from './wav.ts';

const sampleRate = 1000;

/** Silence, a tone and silence again; lengths in milliseconds. */
function sentence(silenceMs: number, toneMs: number) {
  const samples = new Float32Array(silenceMs * 2 + toneMs);
  for (let at = silenceMs; at < silenceMs + toneMs; at += 1) samples[at] = at % 2 === 0 ? 0.5 : -0.5;
  return { samples, sampleRate, times: [{ startMs: silenceMs, endMs: silenceMs + toneMs }] };
}

test('long silence at the ends is cut and the times move along', () => {
  const joined = joinSentences([sentence(500, 200), sentence(10, 300)], { speed: 1 });
  assert.deepEqual(joined.times[0], { startMs: 60, endMs: 260 });
  const second = joined.times[1];
  assert.ok(second);
  assert.equal(
    joined.samples.findIndex((value, at) => at > 400 && value !== 0),
    second.startMs,
  );
  assert.equal(second.endMs - second.startMs, 300);
});

test('a silent sentence adds nothing and its tokens stay within the sound', () => {
  const joined = joinSentences([{ samples: new Float32Array(100), sampleRate, times: [null] }, sentence(100, 100)], { speed: 1 });
  assert.equal(joined.times[0], null);
  assert.ok((joined.times[1]?.endMs ?? 0) <= joined.samples.length);
});

test('a sound is read as it was written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-wav-'));
  try {
    const path = join(folder, 'a.wav');
    await writeWav(path, { samples: Float32Array.of(0, 0.5, -0.5, 2, -2), sampleRate: 22_050 });
    const { samples, sampleRate: rate } = await readWav(path);
    assert.equal(rate, 22_050);
    for (const [at, wanted] of [0, 0.5, -0.5, 1, -1].entries()) assert.ok(Math.abs((samples[at] ?? 9) - wanted) < 1e-4);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
