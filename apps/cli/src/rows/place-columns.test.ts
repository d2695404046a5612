import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathText } from './document-path.ts';
import { placeColumns } from './place-columns.ts';

const use = { template: 'product-film', parameters: {} };
const film = { title: 'x', format: { fps: 25 }, storyboard: [{ id: 'opening', narration: 'Hello.' }, { visual: { picture: 'a.png' } }] };
const placed = (document: unknown, ...headers: readonly string[]) => {
  const { columns, issues } = placeColumns({ document, headers, rowsName: 'rows.csv' });
  return { paths: columns.map(({ path }) => path && pathText(path)), said: issues.map(({ message, next }) => `${message} ${next}`) };
};

test('a column is a parameter of the template however its words are joined, or a path into the document', () => {
  assert.deepEqual(
    placed(use, 'price', 'Old price', 'features_title', 'parameters.logo', 'title', 'name', 'overrides.format.fps', '# stock'),
    {
      paths: [
        'parameters.price',
        'parameters.oldPrice',
        'parameters.featuresTitle',
        'parameters.logo',
        'title',
        null,
        'overrides.format.fps',
      ],
      said: [],
    },
  );
});

test('without a template a column is a path into the film, entries of lists by number or id', () => {
  assert.deepEqual(
    placed(film, 'title', 'storyboard.opening.narration', 'storyboard[1].visual.picture', 'storyboard.1.length', 'soundtrack.music'),
    {
      paths: ['title', 'storyboard[0].narration', 'storyboard[1].visual.picture', 'storyboard[1].length', 'soundtrack.music'],
      said: [],
    },
  );
});

test('a column without a place is told with a guess and how to keep it as a note', () => {
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [
      use,
      'prise',
      /^rows\.csv column prise is no parameter of the template; did you mean `price`\? Write `price`, or begin its name with #/,
    ],
    [use, 'format.fps', /Write `overrides\.format\.fps`/],
    [use, 'overrides.fromat.fps', /did you mean `overrides\.format/],
    [film, 'price', /is no key of the film/],
    [film, 'storyborad.0.narration', /did you mean `storyboard\[0\]\.narration`\?/],
    [film, 'storyboard.openning.narration', /names entry "openning" of storyboard, which is not there; did you mean `opening`\?/],
    [film, 'storyboard.7.narration', /Write a number from 0 to 1, or the id of an entry\.$/],
    [film, 'storyboard.0.narration.say', /leads into storyboard\[0\]\.narration, which is "Hello\." in the document/],
  ];
  for (const [document, header, message] of cases) assert.match(placed(document, header).said[0] ?? 'nothing', message);
  assert.match(
    placed(use, 'price', 'parameters.price').said[0] ?? '',
    /fills in parameters\.price, as column "price" does\. Remove one of them\.$/,
  );
});
