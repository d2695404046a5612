import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FilmwrightError } from '@filmwright/contracts';
import { type ModelCard, parseModelCard } from './model-card.ts';
import type { InstalledModel } from './model-pool.ts';

/** A model that is known: ready to run, or to be installed first. */
export type KnownModel = { readonly card: ModelCard; readonly installed: boolean; readonly modelPath: string };

const BUILT_IN = fileURLToPath(new URL('../../models', import.meta.url));

async function cardsIn(folder: string): Promise<readonly ModelCard[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  const cards: ModelCard[] = [];
  for (const name of names.filter((each) => !each.startsWith('.')).sort()) {
    const path = join(folder, name, 'card.json');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const value: unknown = JSON.parse(text);
    if ((value as { readonly engine?: unknown }).engine === 'onnx') cards.push(parseModelCard(value, path));
  }
  return cards;
}

/** The folder of an installed model: `<home>/models/<name>`. */
export function modelFolder(home: string, name: string): string {
  return join(home, 'models', name);
}

/** Every model this engine knows: those that come with it, those it can install, and those whose card lies under `<home>/models`. */
export async function listModels({ home }: { readonly home: string }): Promise<readonly KnownModel[]> {
  const shipped = await cardsIn(BUILT_IN);
  const names = new Set(shipped.map((card) => card.name));
  const added = (await cardsIn(join(home, 'models'))).filter((card) => !names.has(card.name));
  const all = [...shipped, ...added].map(async (card) => {
    const modelPath = join(card.builtIn ? join(BUILT_IN, card.name) : modelFolder(home, card.name), 'model.onnx');
    const installed = await access(modelPath).then(
      () => true,
      () => false,
    );
    return { card, installed, modelPath };
  });
  return Promise.all(all);
}

/** One line on a known model for messages to people. */
export function describeModel({ card, installed }: KnownModel): string {
  return `${card.name} (${card.finds}, ${card.licence.spdx}${installed ? '' : ', not installed'})`;
}

/** The model of that name, whether installed or not; throws `model-unavailable` listing the known ones. */
export async function knownModel({ name, home }: { readonly name: string; readonly home: string }): Promise<KnownModel> {
  const models = await listModels({ home });
  const found = models.find((model) => model.card.name === name);
  if (found) return found;
  throw new FilmwrightError('model-unavailable', `There is no model named ${name}; known are ${models.map(describeModel).join(', ')}.`);
}

/** The model of that name, ready to run; throws `model-unavailable` saying how to install it. */
export async function installedModel({ name, home }: { readonly name: string; readonly home: string }): Promise<InstalledModel> {
  const { card, installed, modelPath } = await knownModel({ name, home });
  if (installed) return { card, modelPath };
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${name} is not installed: ${modelPath} is missing. Install it with \`filmwright models install ${name}\` (${Math.round(card.bytes / 1e6)} MB, licence ${card.licence.spdx}).`,
  );
}
