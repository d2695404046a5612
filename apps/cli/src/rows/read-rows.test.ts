import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { separatorOf } from './csv-cells.ts';
import { readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'filmwright-rows-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Rows as read from a file of these bytes: number and cells. */
async function read(content: string | Uint8Array, name = 'rows.csv') {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { columns, rows } = await readRows(path);
  return { columns, rows: rows.map(({ number, cells }) => [number, Object.fromEntries(cells)]) };
}

test('comma, semicolon and tab separate cells, whichever the first line has most of outside quotes', async () => {
  for (const separator of [',', ';', '\t']) {
    const { columns, rows } = await read(`name${separator}price\r\nsand${separator}$129\r\n`);
    assert.deepEqual([columns, rows], [['name', 'price'], [[2, { name: 'sand', price: '$129' }]]]);
  }
  assert.equal(separatorOf('"a;b;c",d\n'), ',');
  assert.equal(separatorOf('name\n1;2;3\n'), ',');
  assert.deepEqual((await read('sep=;\nname;price\nsand;1,5\n')).rows, [[3, { name: 'sand', price: '1,5' }]]);
});

test('rows are numbered as a spreadsheet does: quoted line breaks do not count, empty lines do and are left out', async () => {
  const { rows } = await read('name,text\na,"one\ntwo"\n\n,,\nb," say ""hi"", "\n');
  assert.deepEqual(rows, [
    [2, { name: 'a', text: 'one\ntwo' }],
    [5, { name: 'b', text: 'say "hi",' }],
  ]);
});

test('an empty cell is left out, so that the document keeps its own value; columns without name and cells are ignored', async () => {
  const { columns, rows } = await read('name,price,,\nsand, ,,\nmidnight,$1,,\n');
  assert.deepEqual(columns, ['name', 'price']);
  assert.deepEqual(rows, [
    [2, { name: 'sand' }],
    [3, { name: 'midnight', price: '$1' }],
  ]);
});

test('byte order marks and UTF-16 are read', async () => {
  assert.deepEqual((await read('\ufeffname\nÄ\n')).rows, [[2, { name: 'Ä' }]]);
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('name\tprice\nÄ\t€5\n', 'utf16le')]);
  assert.deepEqual((await read(wide)).rows, [[2, { name: 'Ä', price: '€5' }]]);
  assert.deepEqual((await read('\ufeff[{"name":"Ä"}]', 'rows.json')).rows, [[1, { name: 'Ä' }]]);
});

test('a JSON array gives its own types, objects within it dotted columns, null and empty texts nothing', async () => {
  const entries = [
    { name: 'a', price: 5, parameters: { features: ['x', 'y'], logo: null } },
    { name: 'b', price: '' },
  ];
  const { columns, rows } = await read(JSON.stringify(entries), 'rows.json');
  assert.deepEqual(columns, ['name', 'price', 'parameters.features']);
  assert.deepEqual(rows, [
    [1, { name: 'a', price: 5, 'parameters.features': ['x', 'y'] }],
    [2, { name: 'b' }],
  ]);
});

test('cells beyond the last column are kept as such, since they mean that a text was cut', async () => {
  writeFileSync(join(folder, 'extra.csv'), 'name,text\na,Hello, there\n');
  assert.deepEqual((await readRows(join(folder, 'extra.csv'))).rows[0]?.extra, ['there']);
});

test('a file that is no table says what it is and what to do', async () => {
  const cases: readonly (readonly [string | Uint8Array, RegExp, string?])[] = [
    ['name,price\n', /has no rows; wanted a line of column names and at least one row/],
    ['', /has no rows/],
    ['name,name\na,b\n', /has two columns named "name"/],
    ['name,,price\na,b,c\n', /has no name for column 2/],
    ['name,text\na,"open\nb,c\n', /has a quote that is opened and never closed/],
    [Uint8Array.from([0x6e, 0x0a, 0xe4, 0x0a]), /is not UTF-8 text\. Save it as "CSV UTF-8"\./],
    [Uint8Array.from([0x50, 0x4b, 3, 4, 0xff]), /is a spreadsheet or an archive/],
    ['{"name":"a"}', /holds no array; wanted a JSON array of objects/, 'rows.json'],
    ['[1]', /holds 1 as entry 1; wanted an object/, 'rows.json'],
    ['[{]', /is not valid JSON/, 'rows.json'],
  ];
  for (const [content, message, name] of cases) await assert.rejects(read(content, name), message);
  await assert.rejects(readRows(join(folder, 'gone.csv')), /gone\.csv does not exist\. Give the path of a CSV file/);
});
