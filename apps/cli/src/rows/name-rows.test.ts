import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameRows, safeName } from './name-rows.ts';
import { placeColumns } from './place-columns.ts';

function names(...rows: readonly Readonly<Record<string, string>>[]): readonly string[] {
  const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const { columns } = placeColumns({ document: { template: 'product-film' }, headers, rowsName: 'rows.csv' });
  return nameRows(
    rows.map((row, at) => ({ number: at + 2, cells: new Map(Object.entries(row)), extra: [] })),
    columns,
  );
}

test('folders are named by the column `name`, made safe and unlike each other whatever the file system thinks of case', () => {
  assert.deepEqual(names({ name: 'Sand' }, { name: 'sand' }, { name: 'sand-2' }, { name: 'rows.json' }, { price: '$5' }), [
    'Sand',
    'sand-2',
    'sand-2-2',
    'rows.json-2',
    'row-6',
  ]);
});

test('without names a text that tells the rows apart is one, else their numbers are', () => {
  assert.deepEqual(names({ product: 'Lamp', price: '$1' }, { product: 'Cup', price: '$2' }), ['Lamp', 'Cup']);
  assert.deepEqual(names({ product: 'Lamp', price: '$1' }, { product: 'Lamp', price: '$2' }), ['row-2', 'row-3']);
});

test('no name leads out of the folder or means something to a system', () => {
  assert.deepEqual(['../../etc', '.', 'a/b\\c:d', 'con', 'Grüße, 世界!', '  ', 'x'.repeat(200), 'भाषा'].map(safeName), [
    'etc',
    '',
    'a-b-c-d',
    '_con',
    'Grüße-世界',
    '',
    'x'.repeat(60),
    'भाषा',
  ]);
});
