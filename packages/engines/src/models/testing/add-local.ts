import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFile, OfferedModel } from '@filmwright/contracts';
import { type AddedModel, addModel, type WeightsHome } from '../add-model.ts';
import { adding, offer, settingsOf } from './models-home.ts';

export type AddLocal = {
  readonly files: Readonly<Record<string, Buffer>>;
  readonly change?: Partial<OfferedModel>;
  readonly at?: Date;
  readonly pin?: boolean;
};

/** A file as a card names it. */
export const fileOf = (path: string, bytes: Buffer): ModelFile => ({
  path,
  bytes: bytes.length,
  digest: `sha256-${createHash('sha256').update(bytes).digest('hex')}`,
});

/** Adds a model from a folder of files, which goes away with the home. */
export async function addLocal(weights: WeightsHome, { files, change = {}, at, pin = false }: AddLocal): Promise<AddedModel> {
  const folder = join(weights.home, 'sources', randomBytes(4).toString('hex'));
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const wanted = offer({ source: `file:${folder}`, ...change });
  const dated = at === undefined ? {} : { now: at };
  return addModel({ ...weights, ...adding(wanted, settingsOf({}), { ...dated, pin, acceptLicence: true }) });
}
