// `npm run test:peers`: holds what we make against other programs. Each suite says which program it lacks and how to get it. Runs on Node 20 without dependencies.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildStudio } from './build-studio.mjs';
import { install, node24, root } from './install.mjs';

install({ tests: true });
buildStudio();
const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'test', 'peers'))
  .filter((name) => name.endsWith('.peer.ts'))
  .map((name) => join('test', 'peers', name))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` };
const ended = spawnSync(
  node24(),
  ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', '--test-concurrency=1', '--test-timeout=600000', ...files],
  { cwd: root, env, stdio: 'inherit' },
);
process.exit(ended.status ?? 1);
