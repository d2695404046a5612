import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TemplateParameter } from '@filmwright/contracts';
import { convertCell } from './convert-cell.ts';
import { fillRow } from './fill-row.ts';
import { placeColumns } from './place-columns.ts';

const film = {
  title: 'x',
  format: { fps: 25 },
  captions: {},
  storyboard: [
    { id: 'one', narration: 'Hello.', visual: { background: { backdrop: 'halo' }, subject: { picture: 'a.png' } } },
    { id: 'two', text: { style: 'title', text: 'Now 5' } },
  ],
};

function filled(
  document: unknown,
  { cells, rowsPath = '/films/rows.csv' }: { readonly cells: Record<string, unknown>; readonly rowsPath?: string },
) {
  const { columns, issues } = placeColumns({ document, headers: Object.keys(cells), rowsName: 'rows.csv' });
  assert.deepEqual(issues, []);
  const row = { number: 2, cells: new Map(Object.entries(cells)), extra: [] };
  return fillRow({ document, documentPath: '/films/film.yaml', rowsPath, columns, row });
}

test('cells stand in the document with the type that their place wants, and the document read stays as it was', () => {
  const { document } = filled(film, {
    cells: {
      'format.fps': '30',
      captions: 'false',
      'storyboard.two.text.text': '99',
      'storyboard.one.visual.subject.at': '0.7|0.5',
      'storyboard.two.length': '3s',
    },
  });
  const [one, two] = (document as typeof film).storyboard;
  assert.deepEqual([(document as typeof film).format, (document as typeof film).captions], [{ fps: 30 }, false]);
  assert.deepEqual(two, { id: 'two', text: { style: 'title', text: '99' }, length: '3s' });
  assert.deepEqual(one?.visual?.subject, { picture: 'a.png', at: [0.7, 0.5] });
  assert.deepEqual(film.format, { fps: 25 });
});

test('files of rows are named relative to the rows file, those of the document to the document', () => {
  const rowsPath = '/tables/spring/rows.csv';
  const own = filled(film, { rowsPath, cells: { 'storyboard.one.visual.subject.picture': 'b.png' } }).document as typeof film;
  assert.equal(own.storyboard[0]?.visual?.subject.picture, '../tables/spring/b.png');
  const use = { template: 'product-film', parameters: { picture: 'a.png', logo: 'logo.png' } };
  const cells = { picture: 'b.png', price: '$5', music: '/music/x.flac' };
  const { parameters } = filled(use, { rowsPath, cells }).document as { parameters: Record<string, string> };
  assert.deepEqual(parameters, { picture: '../tables/spring/b.png', logo: 'logo.png', price: '$5', music: '/music/x.flac' });
  assert.deepEqual((filled(use, { cells }).document as typeof use).parameters.picture, 'b.png');
});

test('a cell is read by the type of its parameter; what cannot be is told with what to write', () => {
  const converted = (cell: unknown, type: TemplateParameter['type']) => convertCell(cell, { type, description: '', required: false });
  assert.deepEqual(converted('-1.5', 'number'), { value: -1.5 });
  assert.deepEqual(converted('1,5', 'number'), { found: '"1,5"', wanted: 'a number such as 12.5', next: 'Write `1.5`.' });
  assert.deepEqual(
    [converted('Yes', 'boolean'), converted('0', 'boolean'), converted(true, 'boolean')],
    [{ value: true }, { value: false }, { value: true }],
  );
  assert.match(JSON.stringify(converted('perhaps', 'boolean')), /Write true or false/);
  assert.deepEqual(converted('one | two|a\\|b|', 'texts'), { value: ['one', 'two', 'a|b'] });
  assert.deepEqual(converted([1, 'two'], 'texts'), { value: ['1', 'two'] });
  assert.deepEqual(converted(129, 'text'), { value: '129' });
});
