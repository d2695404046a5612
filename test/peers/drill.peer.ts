import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faults } from '../../apps/cli/src/drill/drill-faults.ts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const seed = Number(process.env.FILMWRIGHT_SEED) || 1;
const moreRounds = 3;

type Drilled = { readonly sums: Readonly<Record<string, number>>; readonly err: string };

/** Plays rounds of a drill, and sees that nothing went wrong in any. */
async function drilled(context: TestContext, args: readonly string[]): Promise<Drilled> {
  const all = ['--disable-warning=ExperimentalWarning', main, 'drill', '--json', '--runners', '3', '--seed', String(seed), ...args];
  const { out, err } = await new Promise<{ readonly out: string; readonly err: string }>((resolve) => {
    execFile(process.execPath, all, { maxBuffer: 64 * 1024 ** 2 }, (_, out, err) => resolve({ out, err }));
  });
  context.diagnostic(`seed ${seed}:\n${err}${out}`);
  const sums = JSON.parse(out) as Drilled['sums'];
  const { lost, rerun, doubleCharged, wrongBytes, unplayed } = sums;
  assert.deepEqual(
    { lost, rerun, doubleCharged, wrongBytes, unplayed },
    { lost: 0, rerun: 0, doubleCharged: 0, wrongBytes: 0, unplayed: 0 },
    err + out,
  );
  return { sums, err };
}

test('every fault of a drill that can be tried here takes hold once, and nothing is lost, run twice, charged twice or wrong', async (context) => {
  const { sums, err } = await drilled(context, ['--platforms', '2', '--rounds', String(faults.length)]);
  assert.equal(sums.rounds, faults.length);
  const skipped = [...err.matchAll(/^SKIPPED: ([^:]+): /gm)].map(([, name]) => name);
  const lines = new Map([...err.matchAll(/^\d+\. ([^:]+): (.+)$/gm)].map(([, name = '', text = '']) => [name, text]));
  for (const { name } of faults) {
    if (skipped.includes(name)) continue;
    const line = lines.get(name) ?? 'it was not tried';
    if (/Nothing was lost, run twice, charged twice or wrong\./.test(line)) continue;
    // Whether a fault falls on work depends on chance: one that changed nothing is tried again.
    assert.match(line, /the fault did not take hold/, name);
    const again = await drilled(context, ['--only', name, '--rounds', String(moreRounds)]);
    assert.ok((again.sums.missed ?? 0) < moreRounds, `${name} never took hold:\n${again.err}`);
  }
});
