import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from './read-document.ts';
import { product } from './testing/product.ts';

const smallest = { title: 'Small', storyboard: [{ narration: 'Hello.' }] };

test('a title and one shot are enough; everything else has a default', () => {
  const { film, issues } = readDocument(smallest);
  assert.deepEqual(issues, []);
  assert.equal(film?.format.resolution, '1080p');
  assert.equal(film?.soundtrack.loudness, -14);
});

test('every problem of a document is reported at once, each with its path', () => {
  const { film, issues } = readDocument({
    langauge: 'en',
    title: '',
    format: { fps: 29 },
    storyboard: [
      { narration: 'Hi.', length: 4, visual: { pictur: 'a.png' } },
      { visual: { background: { backdrop: 'hallo' }, subject: { picture: 5 } } },
    ],
  });
  assert.equal(film, null);
  const paths = issues.map((issue) => issue.path);
  assert.deepEqual(
    paths.sort(),
    [
      'format.fps',
      'langauge',
      'storyboard[0].length',
      'storyboard[0].visual.pictur',
      'storyboard[1].visual.background.backdrop',
      'storyboard[1].visual.subject.picture',
      'title',
    ].sort(),
  );
});

test('a misspelt key is met with the key that was meant', () => {
  const { issues } = readDocument({ ...smallest, storyboard: [{ narration: 'Hi.', visual: { pictur: 'a.png' } }] });
  assert.match(issues[0]?.message ?? '', /did you mean `picture`/);
});

test('a length without its unit says which units there are', () => {
  const { issues } = readDocument({ ...smallest, storyboard: [{ narration: 'Hi.', length: 4 }] });
  assert.match(issues[0]?.message ?? '', /storyboard\[0\]\.length is 4; wanted a length with its unit/);
});

test('a narration without a word is refused at its line', () => {
  const { issues } = readDocument({ ...smallest, storyboard: [{ narration: ['Hello.', { say: ' ... ' }] }] });
  assert.equal(issues[0]?.path, 'storyboard[0].narration[1].say');
});

test('two shots cannot have one id', () => {
  const { issues } = readDocument({
    title: 'x',
    storyboard: [
      { id: 'a', narration: 'One.' },
      { id: 'a', narration: 'Two.' },
    ],
  });
  assert.equal(issues[0]?.path, 'storyboard[1].id');
});

test('a list, a number or nothing is no document', () => {
  for (const value of [[], 5, null, undefined, 'film']) assert.equal(readDocument(value).issues.length, 1);
});

test('ten thousand shots are read, one more is refused', () => {
  const shot = { narration: 'Hi.' };
  assert.deepEqual(readDocument({ title: 'Long', storyboard: Array.from({ length: 10_000 }, () => shot) }).issues, []);
  assert.equal(readDocument({ title: 'Long', storyboard: Array.from({ length: 10_001 }, () => shot) }).issues[0]?.path, 'storyboard');
});

test('a template use becomes a film; parameters that are left out leave nothing behind', () => {
  const { film, issues } = readDocument(product);
  assert.deepEqual(issues, []);
  assert.equal(film?.storyboard.length, 5);
  assert.equal(film?.brand.logo, undefined);
  assert.equal(film?.soundtrack.music, undefined);
  assert.doesNotMatch(JSON.stringify(film), /\{\{/);
});

test('what is wrong with a template parameter is said at the parameter', () => {
  const { issues } = readDocument({
    ...product,
    parameters: { ...product.parameters, pictur: 'x.png', features: 'Round', accent: 'blue', picture: undefined },
  });
  assert.deepEqual(issues.map((issue) => issue.path).sort(), [
    'parameters.accent',
    'parameters.features',
    'parameters.pictur',
    'parameters.picture',
  ]);
});

test('a value of the film is traced back to the parameter that gave it', () => {
  const { origin } = readDocument(product);
  assert.equal(origin('storyboard[0].visual.subject.picture', 'cup.png'), 'parameters.picture');
  assert.equal(origin('storyboard[2].text[1].text[0]', 'Round'), 'parameters.features[0]');
});

test('an unknown template names those that exist', () => {
  assert.match(readDocument({ template: 'produkt-film' }).issues[0]?.message ?? '', /wanted one of product-film/);
});
