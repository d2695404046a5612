// `npm run ok`: types, lint, layers, tests; the first that fails ends it. Runs on Node 20 without dependencies.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { install, node24, root } from './install.mjs';

install();
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
const steps = [
  ['types', join(bin, 'tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the studio', join(bin, 'tsc'), ['--noEmit', '-p', 'apps/studio/tsconfig.json']],
  ['lint', join(bin, 'biome'), ['check', '.']],
  ['layers', node24(), ['scripts/check-layers.ts']],
  ['tests', node24(), ['scripts/test.mjs']],
];
for (const [name, command, args] of steps) {
  process.stdout.write(`\n== ${name}\n`);
  const ended = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}
