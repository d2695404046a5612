import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptOf, scriptsOf } from './scripts.ts';

test('a text names its scripts in order of use, and digits and marks belong to none', () => {
  assert.deepEqual(scriptsOf('Lumo: 40 % مصباح 👍🏽 лампа', 'en'), ['Latn', 'Arab', 'Zsye', 'Cyrl']);
  assert.deepEqual(scriptsOf('1,299.50 €!', 'en'), []);
});

test('Han characters are read as their language has them, and kana make a text Japanese', () => {
  assert.deepEqual(scriptsOf('骨直', 'zh-Hans'), ['Hans']);
  assert.deepEqual(scriptsOf('骨直', 'ja'), ['Jpan']);
  assert.deepEqual(scriptsOf('骨の灯', 'en'), ['Jpan']);
});

test('emoji are a script of their own, digits that could start one are not', () => {
  assert.equal(scriptOf('👩‍👩‍👧‍👦'), 'Zsye');
  assert.equal(scriptOf('🇩🇪'), 'Zsye');
  assert.equal(scriptOf('❤️'), 'Zsye');
  assert.equal(scriptOf('7'), null);
  assert.equal(scriptOf('ಕ'), 'Zzzz');
});
