import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'filmwright-hand-over-'));
after(() => rmSync(folder, { recursive: true }));

const handOver = pathToFileURL(join(import.meta.dirname, '../bin/hand-over.js')).href;

/** A program that hands over to one of these lines. */
function start(lines: string): ChildProcess {
  const inner = join(folder, `inner-${Math.abs(lines.length)}.mjs`);
  writeFileSync(inner, lines);
  const outer = `import { handOver } from '${handOver}'; handOver(process.execPath, ['${inner}'], process.env);`;
  return spawn(process.execPath, ['--input-type=module', '--eval', outer], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('the end of a program that was handed over to is the end of who did, with its status', async () => {
  const [code] = await once(start('process.exit(7)'), 'exit');
  assert.equal(code, 7);
  const [, signal] = await once(start(`process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 1000)`), 'exit');
  assert.equal(signal, 'SIGKILL');
});

test('who is told to end tells the program that it handed over to, and waits until that has ended in order', async () => {
  const note = join(folder, 'note');
  const outer = start(`
    import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => setTimeout(() => { writeFileSync('${note}', 'in order'); process.exit(3); }, 200));
    setInterval(() => {}, 1000);
    console.log('ready');
  `);
  assert.ok(outer.stdout);
  await once(outer.stdout, 'data');
  outer.kill('SIGTERM');
  const [code] = await once(outer, 'exit');
  assert.equal(code, 3);
  assert.equal(readFileSync(note, 'utf8'), 'in order');
});
