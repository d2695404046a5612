// `npm test`: installs what is missing, then runs every test. Runs on Node 20 without dependencies.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildStudio } from './build-studio.mjs';
import { install, node24, root } from './install.mjs';

install({ tests: true });
buildStudio();
const wanted = process.argv.slice(2);
const files = testFiles().filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` };
const ended = spawnSync(
  node24(),
  ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', '--test-concurrency=2', '--test-timeout=240000', ...files],
  { cwd: root, env, stdio: 'inherit' },
);
process.exit(ended.status ?? 1);

/** All test files below the source folders; the long journeys come last. */
function testFiles() {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'peers') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.test.ts')) found.push(path);
    }
  };
  for (const folder of ['packages', 'apps', 'scripts', 'test']) walk(folder);
  return found.sort((a, b) => Number(a.startsWith('test')) - Number(b.startsWith('test')) || a.localeCompare(b));
}
