// Builds the studio if its sources changed since it was built. Runs on Node 20 without dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, node24, root } from './install.mjs';

/** What the built studio is made of; tests are left out, so that they build nothing. */
const sources = [
  'apps/studio',
  'packages/contracts/src',
  'packages/core/src',
  'packages/core/rigs',
  'packages/client/src',
  'package-lock.json',
];
const dist = join(root, 'apps', 'studio', 'dist');

/** Builds the studio once; a second call with the same sources does nothing. Ends the program if it cannot be built. */
export function buildStudio() {
  const stamp = join(dist, '.built-from');
  const digest = digestOf(sources);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  process.stderr.write('Building the studio...\n');
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const built = spawnSync(node24(), [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps', 'studio'),
    env,
    stdio: ['ignore', 2, 2],
  });
  if (built.status !== 0) fail('program-failed', 'The studio could not be built; the messages are above.');
  writeFileSync(stamp, digest);
}

function digestOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (/(^|\/)(node_modules|dist)$|\.test\.tsx?$/.test(path)) return;
    const here = join(root, path);
    const entries = path.endsWith('.json') || /\.\w+$/.test(path) ? null : readdirSync(here).sort();
    if (entries === null) hash.update(`${path}\0`).update(readFileSync(here)).update('\0');
    else for (const name of entries) add(`${path}/${name}`);
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}
