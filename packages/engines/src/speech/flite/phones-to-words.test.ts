import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phonesOfWords } from './phones-to-words.ts';

test('words whose sound changes beside others keep their phones', () => {
  const alone = [['ey'], ['n', 'uw'], ['l', 'ae', 'm', 'p']];
  const together = ['pau', 'ax', 'n', 'uw', 'pau', 'l', 'ae', 'm', 'p', 'pau'];
  const found = phonesOfWords(together, alone).map(({ from, to }) =>
    together
      .slice(from, to)
      .filter((phone) => phone !== 'pau')
      .join(' '),
  );
  assert.deepEqual(found, ['ax', 'n uw', 'l ae m p']);
});

test('words never overlap and never run backwards, whatever the phones', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  let state = seed;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
  const names = ['a', 'e', 'o', 'k', 's', 't', 'pau'];
  const some = (count: number): string[] => Array.from({ length: count }, () => names[next(names.length)] ?? 'a');
  for (let round = 0; round < 300; round += 1) {
    const phones = some(next(12));
    const words = Array.from({ length: 1 + next(5) }, () => some(next(4)));
    let behind = 0;
    for (const { from, to } of phonesOfWords(phones, words)) {
      assert.ok(from >= behind && to >= from && to <= phones.length, `seed ${seed}`);
      behind = to;
    }
  }
});
