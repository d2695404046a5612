#!/usr/bin/env node
// Starts the command with Node 24, whichever Node npx found first.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledFolder } from './compiled-folder.js';
import { handOver } from './hand-over.js';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const bundled = join(root, 'node_modules', '.bin', 'node');
const node = Number(process.versions.node.split('.')[0]) >= 24 || !existsSync(bundled) ? process.execPath : bundled;
const env = { NODE_COMPILE_CACHE: compiledFolder(root), ...process.env };
handOver(node, ['--disable-warning=ExperimentalWarning', join(root, 'apps/cli/src/main.ts'), ...process.argv.slice(2)], env);
