// `npm test`: installs what is missing, then runs every test. Runs on Node 20 without dependencies.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { compiledFolder } from '../apps/cli/bin/compiled-folder.js';
import { buildStudio } from './build-studio.mjs';
import { install, node24, root } from './install.mjs';

install({ tests: true });
buildStudio();
const wanted = process.argv.slice(2);
const files = testFiles().filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
// Tests start hundreds of processes, and compiled code that is kept cuts the start of each to a third.
const env = {
  NODE_COMPILE_CACHE: compiledFolder(root),
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
};
const ended = spawnSync(
  node24(),
  ['--disable-warning=ExperimentalWarning', '--test-timeout=240000', join(root, 'scripts', 'run-tests.mjs'), ...files],
  { cwd: root, env, stdio: 'inherit' },
);
process.exit(ended.status ?? 1);

/** All test files below the source folders. The long ones, which are those of whole films and of many histories, come first: short ones fill both cores until the end. */
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
  const rank = (file) => ['journeys', 'studio', 'interleavings'].findIndex((folder) => file.startsWith(join('test', folder))) >>> 0;
  return found.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
