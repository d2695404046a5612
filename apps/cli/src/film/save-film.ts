import { join } from 'node:path';
import type { Client } from '@filmwright/client';
import type { BuildResult } from '@filmwright/contracts';
import { saveMedia, writeWhole } from './save-media.ts';
import { savePackage } from './save-package.ts';

export type SaveFilm = {
  readonly client: Client;
  readonly home: string;
  readonly build: string;
  readonly result: BuildResult;
  readonly folder: string;
  /** After the name of every file, to tell the shapes of one film apart. */
  readonly suffix?: string;
};
/** Where a film's files lie. */
export type SavedFilm = { readonly master: string; readonly package: string | null; readonly report: string };

/** Saves what a build made into a folder: `master.mp4`, the subtitles and the package if it has any, and `report.json`, each with the suffix. */
export async function saveFilm({ client, home, build, result, folder, suffix = '' }: SaveFilm): Promise<SavedFilm> {
  const master = join(folder, `master${suffix}.mp4`);
  await saveMedia({ client, home, source: { build, name: 'master.mp4' }, path: master });
  for (const [name, asset] of [
    ['captions.vtt', result.vtt],
    ['captions.srt', result.srt],
  ] as const) {
    if (asset !== null) await saveMedia({ client, home, source: { build, name }, path: join(folder, name.replace('.', `${suffix}.`)) });
  }
  const saved = await savePackage({ client, build, folder: join(folder, `package${suffix}`) });
  const report = join(folder, `report${suffix}.json`);
  await writeWhole(report, (file) => file.writeFile(`${JSON.stringify(result.report, null, 2)}\n`));
  return { master, package: saved, report };
}
