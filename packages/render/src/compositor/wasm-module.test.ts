import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const compiler = join(here, '../../../../node_modules/assemblyscript/bin/asc.js');
const missing = !existsSync(compiler);

describe('the committed module', () => {
  it(`is what its source compiles to${missing ? ' (skipped: the AssemblyScript compiler is not installed)' : ''}`, {
    skip: missing,
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'compositor-'));
    try {
      const out = join(folder, 'compositor.wasm');
      const config = join(here, '../../assembly/asconfig.json');
      const run = spawnSync(process.execPath, [compiler, '--config', config, '--outFile', out], { encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
      assert.ok(
        readFileSync(out).equals(readFileSync(join(here, 'compositor.wasm'))),
        'compositor.wasm is not what packages/render/assembly compiles to. Run: npx asc --config packages/render/assembly/asconfig.json',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
