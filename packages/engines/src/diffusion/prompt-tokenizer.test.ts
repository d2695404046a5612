import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { longestPrompt, openPromptTokenizer } from './prompt-tokenizer.ts';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const held = JSON.parse(await readFile(join(fixtures, 'tokens.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly expected: Readonly<Record<string, readonly (readonly number[])[]>>;
};

for (const kind of ['clip', 'unigram', 'byte-level']) {
  test(`a ${kind} tokenizer gives the tokens of the published one`, async () => {
    const tokenizer = await openPromptTokenizer(join(fixtures, kind));
    held.texts.forEach((text, index) => {
      assert.deepEqual(tokenizer.encode(text).ids, held.expected[kind]?.[index], JSON.stringify(text.slice(0, 40)));
    });
  });
}

test('a prompt that is too long keeps its end mark and tells what was left out', async () => {
  const tokenizer = await openPromptTokenizer(join(fixtures, 'clip'));
  const { ids, mask, notice } = tokenizer.encode('waves '.repeat(100));
  assert.equal(ids.length, 32);
  assert.equal(ids.at(-1), tokenizer.encode('').ids[1]);
  assert.ok(mask.every((each) => each === 1));
  assert.match(notice ?? '', /102 tokens long; the model takes 32, and the last 70 were left out/);
  assert.equal(tokenizer.encode('blue waves').notice, null);
});

test('a prompt without end is cut, told, and never keeps the program', async () => {
  for (const kind of ['clip', 'unigram', 'byte-level']) {
    const tokenizer = await openPromptTokenizer(join(fixtures, kind));
    for (const text of ['a'.repeat(5_000_000), '🎬'.repeat(1_000_000), ' '.repeat(5_000_000)]) {
      const { ids, notice } = tokenizer.encode(text);
      assert.equal(ids.length, tokenizer.length);
      assert.match(notice ?? '', new RegExp(`read up to ${longestPrompt}`));
    }
  }
});

test('a folder without tokenizer, or with a broken one, says which file is wrong', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-tokenizer-'));
  t.after(() => rm(folder, { recursive: true }));
  await assert.rejects(openPromptTokenizer(folder), { code: 'model-unavailable', message: /holds no tokenizer: wanted tokenizer.json/ });
  await writeFile(join(folder, 'tokenizer.json'), '{"model": {"type": "BPE", "vocab": {"a": 0');
  await assert.rejects(openPromptTokenizer(folder), {
    code: 'model-unavailable',
    message: /tokenizer.json is not a JSON object; it may be cut short/,
  });
  await writeFile(join(folder, 'tokenizer.json'), '{"model": {"type": "Odd"}}');
  await assert.rejects(openPromptTokenizer(folder), { code: 'model-unavailable', message: /cannot be used/ });
});
