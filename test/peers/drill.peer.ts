import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faults } from '../../apps/cli/src/drill/drill-faults.ts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const seed = Number(process.env.FILMWRIGHT_SEED) || 1;

test('every fault of a drill that can be tried here takes hold once, and nothing is lost, run twice, charged twice or wrong', async (context) => {
  const args = [
    '--disable-warning=ExperimentalWarning',
    main,
    'drill',
    '--json',
    '--runners',
    '3',
    '--platforms',
    '2',
    '--seed',
    String(seed),
  ];
  const { out, err } = await new Promise<{ readonly out: string; readonly err: string }>((resolve) => {
    execFile(process.execPath, [...args, '--rounds', String(faults.length)], { maxBuffer: 64 * 1024 ** 2 }, (_, out, err) =>
      resolve({ out, err }),
    );
  });
  context.diagnostic(`seed ${seed}:\n${err}`);
  const skipped = [...err.matchAll(/^SKIPPED: ([^:]+): /gm)].map(([, name]) => name);
  const lines = new Map([...err.matchAll(/^\d+\. ([^:]+): (.+)$/gm)].map(([, name = '', text = '']) => [name, text]));
  for (const { name } of faults) {
    if (skipped.includes(name)) continue;
    assert.match(lines.get(name) ?? 'it was not tried', /Nothing was lost, run twice, charged twice or wrong\./, name);
    assert.doesNotMatch(lines.get(name) ?? '', /the fault did not take hold/, name);
  }
  assert.deepEqual(JSON.parse(out), { rounds: faults.length, lost: 0, rerun: 0, doubleCharged: 0, wrongBytes: 0, missed: 0, unplayed: 0 });
});
