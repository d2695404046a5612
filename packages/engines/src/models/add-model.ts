import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FilmwrightError,
  type ModelCard,
  type ModelConversion,
  type ModelFile,
  type ModelLicence,
  type ModelProgress,
  modelRef,
  type OfferedModel,
  offeredModelSchema,
  readModelRef,
} from '@filmwright/contracts';
import { writeWhole } from '@filmwright/process/write-whole';
import { converters } from '../convert/converters.ts';
import { type BringFiles, bringFiles } from './bring-files.ts';
import { findSource } from './find-source.ts';
import type { FoundSource } from './found-source.ts';
import { removeLeftOvers } from './left-overs.ts';
import { LicenceWanted, licenceNow, licenceOfNames, rememberLicences, wantLicence } from './licences.ts';
import { withModelLock } from './model-lock.ts';
import { cardOf, isOwn, modelFolder, offeredModels, parseCard, type ShelvedModel, shelvedModels } from './model-shelf.ts';
import { changeState, tellShelf } from './model-state.ts';
import { makeRoom, placeRevision, roomFor, sizeOf } from './place-revision.ts';
import type { SourceSettings } from './source-settings.ts';
import { isOpenToChange, isSource } from './source-uri.ts';
import type { OpenWeights } from './weights.ts';

/** Where weights are kept, and how much of the disk they may have. */
export type WeightsHome = {
  readonly home: string;
  readonly openWeights: OpenWeights;
  readonly budgetBytes: number;
  readonly keepFreeBytes: number;
};

export type AddModel = WeightsHome & {
  /** A name of the catalogue (with a revision that is on the shelf, to mend that one), a source, or a card. */
  readonly wanted: string | OfferedModel;
  /** For a source that no card describes. */
  readonly described?: Partial<Pick<OfferedModel, 'name' | 'capability' | 'engine' | 'select'>> & {
    readonly licence?: string;
    readonly convert?: ModelConversion;
  };
  readonly acceptLicence: boolean;
  readonly pin?: boolean;
  readonly settings: SourceSettings;
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ModelProgress) => void;
};

export type AddedModel = {
  readonly card: ModelCard;
  readonly ref: string;
  readonly alreadyThere: boolean;
  readonly evicted: readonly string[];
};

/**
 * Adds a model: looks its source up, shows its licence where that must be accepted, makes room, fetches what is missing and checks it, and puts the revision on
 * the shelf whole. What was broken off goes on with the next call. Throws what went wrong, and notes it beside the model; others are untouched.
 */
export async function addModel(options: AddModel): Promise<AddedModel> {
  const { home, wanted, acceptLicence, settings, now, signal } = options;
  const there = typeof wanted === 'string' ? await shelvedOne(wanted, home) : undefined;
  if (there !== undefined && (await isWhole(there))) {
    if (options.pin === true && isOwn(there)) await changeState(there.place, { pinned: true });
    return { card: there.card, ref: there.ref, alreadyThere: true, evicted: [] };
  }
  const offer = there?.card ?? (typeof wanted === 'string' ? await offerOf(wanted, options) : wanted);
  return withModelLock({ home, name: offer.name }, async () => {
    try {
      await removeLeftOvers(home);
      wantChecked(offer);
      const accept = async (licence: ModelLicence): Promise<void> => {
        const accepted = await wantLicence({ home, model: offer.name, licence, accept: acceptLicence, now });
        await rememberLicences(home, accepted === null ? [] : [accepted]);
      };
      await accept(offer.licence);
      const found = await findSource(offer.source, { settings, signal });
      const licence = licenceNow(offer.licence, found);
      await accept(licence);
      const added = await bring(options, { offer: { ...offer, licence }, found });
      await rm(problemFile(home, offer.name), { force: true });
      return added;
    } catch (cause) {
      signal?.throwIfAborted();
      const error = await diskFull(cause, home);
      if (error instanceof FilmwrightError) {
        const { code, message } = error;
        const problem = { at: now.toISOString(), code, message, wantsLicence: error instanceof LicenceWanted };
        await writeWhole(problemFile(home, offer.name), `${JSON.stringify(problem, null, 2)}\n`);
      }
      throw error;
    }
  });
}

/** Throws `request-invalid` where nobody could tell whether what comes is what was meant. */
function wantChecked({ name, source, files, convert }: OfferedModel | ModelCard): void {
  if (!isOpenToChange(source) || (convert === undefined ? files : convert.files) !== null) return;
  throw new FilmwrightError(
    'request-invalid',
    `The model ${name} was not added: its source ${source} is not encrypted, and no card says the digests of its files, so that anybody on the way could give others. Say https:// instead, or give a card with --card whose \`files\` have their digests.`,
  );
}

/** A disk that was full although there was room at first: others fill it too. */
async function diskFull(error: unknown, home: string): Promise<unknown> {
  if (!(error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))) return error;
  return new FilmwrightError(
    'disk-full',
    `The disk of ${home} is full. What came is kept: free some space, or remove a model, and say the same again.`,
    { cause: error },
  );
}

/** Why the last try to add a model failed, and whether only for a licence that nobody had accepted. */
export type AddingProblem = { readonly message: string; readonly wantsLicence: boolean };

/** Why the last try to add a model failed, or null. */
export async function addingProblem(home: string, name: string): Promise<AddingProblem | null> {
  const text = await readFile(problemFile(home, name), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { message, wantsLicence } = Object(JSON.parse(text)) as { readonly message?: unknown; readonly wantsLicence?: unknown };
    return { message: String(message), wantsLicence: wantsLicence === true };
  } catch {
    return { message: 'unknown', wantsLicence: false };
  }
}

const problemFile = (home: string, name: string): string => join(modelFolder(home, name), 'problem.json');

type Offer = { readonly offer: OfferedModel | ModelCard; readonly found: FoundSource };

async function bring(options: AddModel, { offer, found }: Offer): Promise<AddedModel> {
  const { home, openWeights, budgetBytes, keepFreeBytes, settings, signal, onProgress, pin = false, now } = options;
  const staging = join(home, 'models', '.staging', createHash('sha256').update(found.pinned).digest('hex').slice(0, 24));
  let evicted: readonly string[] = [];
  let card: ModelCard | undefined;
  let convert: ModelCard['convert'];
  const rewrite: BringFiles['rewrite'] = async (sources) => {
    const from = offer.convert?.from ?? 'ncnn';
    convert = { from, version: converters[from].version, files: sources.map(({ localPath: _local, ...file }) => file) };
    return rewritten(offer, sources);
  };
  await bringFiles({
    found,
    files: offer.convert === undefined ? offer.files : offer.convert.files,
    ...(offer.convert === undefined ? {} : { rewrite }),
    select: ('select' in offer ? offer.select : undefined) ?? null,
    folder: staging,
    mostBytes: await roomFor({ home, budgetBytes, keepFreeBytes }),
    openWeights,
    retry: settings.retry,
    signal,
    onProgress,
    beforeFetch: async (bytes) => {
      const mb = offer.needs.diskMb;
      const wanted = Math.max(0, (bytes ?? (mb === null ? 0 : mb * 1e6)) - (await presentBytes(home, offer)));
      evicted = await makeRoom({ home, bytes: wanted, budgetBytes, keepFreeBytes, keep: (model) => model.card.name === offer.name });
    },
    use: async (files) => {
      const { revision: _, ...rest } = { revision: '', ...offer };
      const own = { ...rest, ...(convert === undefined ? {} : { convert }), source: found.pinned };
      card = cardOf({ ...own, files: files.map(({ localPath: _local, ...file }) => file) });
      await placeRevision(card, { home, files, pinned: pin, now });
      await tellShelf(home);
    },
  });
  if (card === undefined) throw new FilmwrightError('internal', `The model ${offer.name} was brought without files.`);
  return { card, ref: modelRef(card), alreadyThere: false, evicted };
}

/** What the sources are as ONNX; throws `digest-mismatch` where the card names other files than that. */
async function rewritten(offer: OfferedModel | ModelCard, sources: readonly (ModelFile & { readonly localPath: string })[]) {
  const converter = converters[offer.convert?.from ?? 'ncnn'];
  const read = await Promise.all(sources.map(async ({ path, localPath }) => ({ path, bytes: await readFile(localPath) })));
  const made = converter.convert(read);
  for (const { path, digest } of offer.files ?? []) {
    const bytes = made.find((file) => file.path === path)?.bytes;
    const found = bytes === undefined ? 'nothing' : `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
    if (found !== digest)
      throw new FilmwrightError(
        'digest-mismatch',
        `Rewriting the weights of ${offer.name} as ONNX gave ${found} for ${path}; its card wants ${digest}, written by version ${offer.convert?.version ?? '?'} of the converter, and this one is version ${converter.version}. Add the model anew by its name or source.`,
        { retryable: false },
      );
  }
  return made;
}

/** Bytes of the wanted files that other revisions have here already. */
export async function presentBytes(home: string, offer: OfferedModel | ModelCard): Promise<number> {
  const wanted = new Map((offer.files ?? []).map(({ digest, bytes }) => [digest, bytes]));
  let sum = 0;
  for (const { card, present } of await shelvedModels({ home }))
    if (present)
      for (const { digest } of card.files) {
        sum += wanted.get(digest) ?? 0;
        wanted.delete(digest);
      }
  return sum;
}

async function shelvedOne(word: string, home: string): Promise<ShelvedModel | undefined> {
  if (isSource(word)) return undefined;
  const { name, revision } = readModelRef(word);
  const shelf = (await shelvedModels({ home })).filter(({ card }) => card.name === name);
  return revision === null ? shelf[0] : shelf.find(({ ref }) => ref === word);
}

/** Ready as far as a glance tells: not marked broken, and every file there in its size. `verify` reads them all. */
export async function isWhole({ card, folder, state, present }: ShelvedModel): Promise<boolean> {
  if (!present || state.broken !== null) return false;
  for (const { path, bytes } of card.files) if ((await sizeOf(join(folder, path))) !== bytes) return false;
  return true;
}

async function offerOf(word: string, { described = {}, settings, signal }: AddModel): Promise<OfferedModel> {
  if (isSource(word)) return describedOffer(word, { described, settings, signal });
  const offered = await offeredModels();
  const { name, revision } = readModelRef(word);
  const offer = offered.find((each) => each.name === name);
  if (offer !== undefined && revision === null) return offer;
  throw new FilmwrightError(
    'model-unavailable',
    offer === undefined
      ? `There is no model named ${name} in the catalogue. \`filmwright models list --all\` shows what there is; a source (hf:OWNER/NAME@REVISION, npm:, pypi:, https:, file:) may be given instead.`
      : `The revision ${word} is not on the shelf, and the catalogue cannot tell where it was. Add ${name} for the one of today, or unpack a bundle that holds it.`,
  );
}

type Describing = Pick<AddModel, 'settings' | 'signal'> & { readonly described: NonNullable<AddModel['described']> };

async function describedOffer(source: string, { described, settings, signal }: Describing): Promise<OfferedModel> {
  const { capability, engine = 'onnx', select, convert } = described;
  if (capability === undefined)
    throw new FilmwrightError(
      'request-invalid',
      `${source} has no card here, so say what the model does: --capability text-to-image (or matting, upscaling ...), and --name if its own will not do; or give a whole card with --card FILE.`,
    );
  const { licence: ofSource, pinned } = await findSource(source, { settings, signal });
  const url = pinned.startsWith('hf:') ? `${settings.hubEndpoint}/${/^hf:([^@]+)/.exec(pinned)?.[1]}` : null;
  const offer: OfferedModel = {
    format: 1,
    name: described.name ?? nameOf(source),
    title: source,
    capability,
    engine,
    does: `Added by hand from ${source}.`,
    licence: licenceOfNames({ said: described.licence, ofSource }, url),
    source,
    needs: { tiers: [], diskMb: null },
    processing: { type: 'own' },
    files: null,
    ...(convert === undefined ? {} : { convert: { from: convert, files: null } }),
    ...(select === undefined ? {} : { select }),
  };
  return parseCard(offer, { schema: offeredModelSchema, where: `of ${source}` });
}

function nameOf(source: string): string {
  const last =
    source
      .replace(/^\w+:\/*/, '')
      .replace(/@[^/]*|==.*$/, '')
      .split('/')
      .filter(Boolean)
      .at(-1) ?? 'model';
  return (
    last
      .toLowerCase()
      .replace(/\.(onnx|safetensors|gguf)$/, '')
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '') || 'model'
  );
}
