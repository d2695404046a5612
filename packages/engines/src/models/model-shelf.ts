import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  FilmwrightError,
  type ModelCard,
  modelCardSchema,
  modelName,
  modelRef,
  type OfferedModel,
  offeredModelSchema,
  readModelRef,
  revisionInput,
} from '@filmwright/contracts';
import { canonicalText } from '@filmwright/core/plan/task-key';
import type { z } from 'zod';
import { memoryProblem } from './memory-problem.ts';
import { type ModelState, readState } from './model-state.ts';

/** A revision with the folder its files lie in under their paths. */
export type InstalledModel = { readonly card: ModelCard; readonly folder: string; readonly place?: string };
/** A revision on this machine's shelf, ready or not: `state.broken` says why not, `present` whether its files are here or were evicted. */
export type ShelvedModel = InstalledModel & {
  readonly ref: string;
  /** Where its card and state lie. */
  readonly place: string;
  readonly state: ModelState;
  readonly present: boolean;
};

const shipped = fileURLToPath(new URL('../../models', import.meta.url));

/** The revision of a card: the digest of what shapes its output. */
export function revisionOf(card: Omit<ModelCard, 'revision'>): ModelCard['revision'] {
  return `sha256-${createHash('sha256')
    .update(canonicalText(revisionInput(card)))
    .digest('hex')}`;
}

/** The card of an offered model whose files are known. */
export function cardOf(offered: OfferedModel & { readonly files: ModelCard['files'] }): ModelCard {
  const { select: _, ...card } = offered;
  return { ...card, revision: revisionOf(card) };
}

/** Where the revisions of a model lie: `<home>/models/<name>`. */
export function modelFolder(home: string, name: string): string {
  return join(home, 'models', name);
}

/** Where one revision lies: its card, its state, and its files below `files`. */
export function revisionFolder(home: string, { name, revision }: Pick<ModelCard, 'name' | 'revision'>): string {
  return join(modelFolder(home, name), readModelRef(modelRef({ name, revision })).revision ?? '');
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [] as string[];
    throw error;
  });
  return names.filter((each) => /^[a-z0-9]/.test(each)).sort();
}

/** One model of all, by its name. */
type Named = { readonly named?: string };

async function namesOf(folder: string, named: string | undefined): Promise<readonly string[]> {
  const names = await namesIn(folder);
  return named === undefined ? names : names.filter((name) => name === named);
}

/** Reads a card against its schema; throws `model-unavailable` naming `where` and the field at fault. */
export function parseCard<Card>(value: unknown, { schema, where }: { readonly schema: z.ZodType<Card>; readonly where: string }): Card {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.path.map(String).join('.') || 'its top';
  const found = issue?.path.reduce<unknown>((at, key) => (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key], value);
  throw new FilmwrightError(
    'model-unavailable',
    `The model card ${where} is not valid at ${path}: found ${(JSON.stringify(found) ?? 'nothing').slice(0, 100)}; ${issue?.message}.`,
  );
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FilmwrightError('model-unavailable', `The model card ${path} is no JSON. Remove its folder and add the model again.`, {
      cause,
    });
  }
}

/** Every model that the catalogue offers, by name; `named` reads one card alone. */
export async function offeredModels({ named }: Named = {}): Promise<readonly OfferedModel[]> {
  const cards: OfferedModel[] = [];
  for (const name of await namesOf(shipped, named)) {
    const path = join(shipped, name, 'card.json');
    const value = await readJson(path);
    if (value !== undefined) cards.push(parseCard(value, { schema: offeredModelSchema, where: path }));
  }
  return cards;
}

async function builtInModels(only: Named): Promise<readonly ShelvedModel[]> {
  const found: ShelvedModel[] = [];
  for (const offered of await offeredModels(only)) {
    if (offered.builtIn !== true || offered.files === null) continue;
    const card = cardOf({ ...offered, files: offered.files });
    const place = join(shipped, card.name);
    const state = { addedAt: '', usedAt: '', pinned: true, broken: null };
    found.push({ card, place, folder: place, ref: modelRef(card), state, present: true });
  }
  return found;
}

/** Whether a revision was added here; those that come along are never changed, evicted or removed, wherever the home is. */
export function isOwn({ place }: Pick<ShelvedModel, 'place'>): boolean {
  return !place.startsWith(shipped + sep);
}

/** A revision whose card cannot be read, or is not what it was: it is not used, and the others are. */
export type UnreadableModel = { readonly name: string; readonly place: string; readonly problem: string };

async function readShelved(place: string): Promise<ShelvedModel | string | undefined> {
  const path = join(place, 'card.json');
  try {
    const value = await readJson(path);
    if (value === undefined) return undefined;
    // Only the catalogue's own come along; no card that was added can say so of itself.
    const { builtIn: _claimed, ...card } = parseCard(value, { schema: modelCardSchema, where: path });
    if (revisionOf(card) !== card.revision)
      return `its card ${path} was changed: it says ${card.revision}, its content ${revisionOf(card)}`;
    const folder = join(place, 'files');
    const present = await access(folder).then(
      () => true,
      () => false,
    );
    return { card, place, folder, ref: modelRef(card), state: await readState(place), present };
  } catch (error) {
    if (error instanceof FilmwrightError) return error.message;
    throw error;
  }
}

async function readShelf(
  home: string,
  { named }: Named = {},
): Promise<{ readonly models: readonly ShelvedModel[]; readonly unreadable: readonly UnreadableModel[] }> {
  const models: ShelvedModel[] = [];
  const unreadable: UnreadableModel[] = [];
  for (const name of await namesOf(join(home, 'models'), named))
    for (const digits of await namesIn(modelFolder(home, name))) {
      const place = join(modelFolder(home, name), digits);
      const found = await readShelved(place);
      if (typeof found === 'string') unreadable.push({ name, place, problem: found });
      else if (found !== undefined) models.push(found);
    }
  return { models, unreadable };
}

/** Every revision on the shelf: those that come along and those that were added; of each name the newest first. Those with a damaged card are left out. */
export async function shelvedModels({ home, ...only }: Named & { readonly home: string }): Promise<readonly ShelvedModel[]> {
  const found = [...(await builtInModels(only)), ...(await readShelf(home, only)).models];
  const age = ({ state }: ShelvedModel): string => state.addedAt;
  return found.sort((a, b) => (a.card.name === b.card.name ? (age(a) > age(b) ? -1 : 1) : a.card.name < b.card.name ? -1 : 1));
}

/** Every revision with a damaged card; adding the model again puts a whole one beside it, removing the name takes both away. */
export async function unreadableModels({ home }: { readonly home: string }): Promise<readonly UnreadableModel[]> {
  return (await readShelf(home)).unreadable;
}

/** Every revision that can be used now, once each: one that was added before it came along is there twice. */
export async function listModels({ home }: { readonly home: string }): Promise<readonly ShelvedModel[]> {
  const ready = (await shelvedModels({ home })).filter(({ state, present }) => present && state.broken === null);
  return [...new Map(ready.map((model) => [model.ref, model])).values()];
}

/** A model for messages to people. */
export function describeModel({ card }: { readonly card: Pick<ModelCard, 'name' | 'finds' | 'licence'> }): string {
  return `${card.name} (${[card.finds, card.licence.name].filter((each) => each !== undefined).join(', ')})`;
}

/** A name, or `name@revision`; `memoryBytes` is what the machine has, if not asked of it. */
export type WantedModel = { readonly name: string; readonly home: string; readonly memoryBytes?: number };

/** The revision that `name` means (a name, then its newest, or `name@revision`), ready to run; throws `model-unavailable` saying what to do, `out-of-memory` where the machine is too small. */
export async function installedModel({ name: ref, home, memoryBytes = totalmem() }: WantedModel): Promise<ShelvedModel> {
  const wanted = readModelRef(ref);
  const ofName = await shelvedModels({ home, named: wanted.name });
  const ready = ofName.filter(({ state, present }) => present && state.broken === null);
  const found = wanted.revision === null ? ready[0] : ready.find((model) => model.ref === ref);
  if (found !== undefined) {
    const problem = memoryProblem(found.card, memoryBytes);
    if (problem === null) return found;
    throw new FilmwrightError(
      'out-of-memory',
      `The model ${found.ref} cannot run here: ${problem}. Take a smaller model, or a machine with more memory.`,
      { retryable: false },
    );
  }
  const [other] = ofName.filter((model) => wanted.revision === null || model.ref === ref);
  const copy = { copyOf: other === undefined ? undefined : (modelName([other.ref]) ?? undefined) };
  if (other !== undefined && other.state.broken !== null)
    throw new FilmwrightError(
      'model-unavailable',
      `The model ${other.ref} is broken: ${other.state.broken}. Mend it with \`filmwright models add ${wanted.name}\`.`,
      copy,
    );
  const offered = await offeredModels();
  const offer = offered.find((each) => each.name === wanted.name);
  if (other !== undefined || (offer !== undefined && wanted.revision === null))
    throw new FilmwrightError(
      'model-unavailable',
      `The model ${ref} is not installed. Install it with \`filmwright models add ${wanted.name}\` (${Math.round(offer?.needs.diskMb ?? 0) || '?'} MB, licence ${(offer ?? other?.card)?.licence.name}).`,
      copy,
    );
  if (ofName.length > 0)
    throw new FilmwrightError(
      'model-unavailable',
      `The revision ${ref} is not installed; of this model there are ${ofName.map((model) => model.ref).join(', ')}.`,
    );
  const known = [...(await shelvedModels({ home })).map(({ card }) => card), ...offered].filter(
    ({ capability }) => capability === 'matting',
  );
  throw new FilmwrightError(
    'model-unavailable',
    `There is no model named ${ref}; known are ${[...new Map(known.map((card) => [card.name, card])).values()].map((card) => describeModel({ card })).join(', ')}. All are listed by \`filmwright models list --all\`.`,
  );
}
