import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'filmwright-compiled-'));
after(() => rmSync(folder, { recursive: true }));
const cache = join(folder, 'cache');

function folderOf(root: string): string {
  const url = pathToFileURL(join(import.meta.dirname, '../bin/compiled-folder.js')).href;
  const code = `import { compiledFolder } from '${url}'; process.stdout.write(compiledFolder(${JSON.stringify(root)}));`;
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], { env, encoding: 'utf8' }).stdout;
}

test('compiled code is kept with the program, and by the user where nothing can be written there', () => {
  const own = join(folder, 'own');
  mkdirSync(join(own, 'node_modules'), { recursive: true });
  assert.equal(folderOf(own), join(own, 'node_modules', '.cache', 'compiled'));
  assert.ok(existsSync(join(own, 'node_modules', '.cache', 'compiled')));
  // Root may write everywhere but below a file.
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  writeFileSync(join(closed, 'node_modules'), '');
  assert.equal(folderOf(closed), join(cache, 'filmwright', 'compiled'));
});
