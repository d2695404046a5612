import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError, type Issue, toProblem } from '@filmwright/contracts';
import { newRun } from '../rows/run-batch.ts';
import { foldedWarnings, shortProblem, tableLines } from './rows-table.ts';

const issue = (path: string, message: string, severity: Issue['severity'] = 'error'): Issue => ({ severity, code: 'x', path, message });

test('columns are as wide as their widest cell, numbers at the right, nothing after the last word', () => {
  const cells = [
    ['2', 'Grüße', ''],
    ['10', 'b', 'made'],
  ];
  assert.deepEqual(tableLines([{ title: 'row', right: true }, { title: 'name' }, { title: 'state' }], { cells }), [
    '  row  name   state',
    '    2  Grüße',
    '   10  b      made',
  ]);
});

test('a problem in the table is one line without the row, with how many more there are', () => {
  const run = (issues: readonly Issue[]) => {
    const problem = toProblem(new FilmwrightError('document-invalid', 'rows.csv row 7: it broke\nbadly', { issues }));
    return shortProblem(newRun({ number: 7, name: 'a', document: {}, files: [], problem }));
  };
  assert.equal(run([]), 'it broke');
  assert.equal(run([issue('rows.csv row 7, price', '5; wanted a text.')]), 'price: 5; wanted a text.');
  assert.equal(run([issue('rows.csv row 7', 'The row has 3 cells.'), issue('x', 'y')]), 'The row has 3 cells. (and 1 more)');
});

test('a warning that many films share is told once, with how many', () => {
  const plain = issue('voice', 'Spoken plainly.', 'warning');
  const own = issue('storyboard[1]', 'Too bright.', 'warning');
  assert.deepEqual(foldedWarnings([[plain], [plain, own, own], [plain]]), [
    '  warning  voice: Spoken plainly. (all 3 rows)',
    '  warning  storyboard[1]: Too bright. (1 row)',
  ]);
  assert.deepEqual(foldedWarnings([[plain]]), ['  warning  voice: Spoken plainly.']);
});
