import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import {
  FilmwrightError,
  type ListedModel,
  type ModelCapability,
  type ModelConversion,
  type ModelFigures,
  type ModelsRequest,
  modelCapabilities,
  modelConversions,
  modelName,
  type OfferedModel,
  offeredModelSchema,
  readModelRef,
  type ShownModel,
} from '@filmwright/contracts';
import { computeOn } from '@filmwright/engines/compute/compute';
import { findCompute } from '@filmwright/engines/compute/find-compute';
import { keptFigures } from '@filmwright/engines/measure/kept-figures';
import { addingProblem, addModel } from '@filmwright/engines/models/add-model';
import { packModels, unpackModels } from '@filmwright/engines/models/bundle';
import { acceptedLicences, lacksAcceptance } from '@filmwright/engines/models/licences';
import { memoryProblem } from '@filmwright/engines/models/memory-problem';
import { offeredModels, shelvedModels, unreadableModels } from '@filmwright/engines/models/model-shelf';
import { removeModel } from '@filmwright/engines/models/remove-model';
import { readSourceSettings } from '@filmwright/engines/models/source-settings';
import { verifyModels } from '@filmwright/engines/models/verify-models';
import { noEngine } from '@filmwright/engines/no-engine';
import { measureShelf } from './measure-shelf.ts';
import { weightsOf } from './weights-home.ts';

/** Does what is asked; progress goes line by line to standard output. */
export async function answerModels(request: ModelsRequest, home: string): Promise<unknown> {
  const weights = weightsOf(home);
  const now = new Date();
  const accept = request.acceptLicence ?? false;
  const only = request.names[0] ?? '';
  switch (request.do) {
    case 'list':
      return list(home);
    case 'measure':
      computeOn(await findCompute({ wish: process.env['FILMWRIGHT_COMPUTE'] || 'auto', home }));
      return measureShelf({ home, wanted: ({ card, ref }) => only === '' || card.name === only || ref === only });
    case 'show':
      return show(only, home);
    case 'add': {
      const wanted = request.card === undefined ? only : await readCard(request.card);
      if (request.card === undefined && request.yes !== true) await wantEngine(only, home);
      const settings = await readSourceSettings(process.env);
      const pin = request.pin ?? false;
      return addModel({ ...weights, wanted, described: describedBy(request), acceptLicence: accept, pin, settings, now, onProgress: tell });
    }
    case 'remove':
      return removeModel(only, weights);
    case 'verify':
      return verifyModels({ home, wanted: request.names[0] ?? null });
    case 'pack':
      return packModels({ home, wanted: request.names, out: request.file ?? '' });
    case 'unpack':
      return unpackModels({ ...weights, file: only, acceptLicence: accept, pin: request.pin ?? false, expect: request.expect, now });
  }
}

/** Throws `model-unavailable` for a model of the catalogue that is not here yet and that no engine of this version would run: it may be large, and of no use. */
async function wantEngine(name: string, home: string): Promise<void> {
  const [offer] = await offeredModels({ named: name });
  const reason = offer === undefined ? null : noEngine(offer);
  if (offer === undefined || reason === null || (await shelvedModels({ home, named: name })).length > 0) return;
  const mb = offer.needs.diskMb;
  const much = mb === null ? 'Its' : mb >= 1000 ? `Its ${(mb / 1000).toFixed(1)} GB of` : `Its ${mb} MB of`;
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${name} was not added: ${reason}. ${much} weights would be of use to other programs alone; to fetch them all the same, say the same with --yes. \`filmwright models list --all --capability ${offer.capability}\` shows others.`,
  );
}

function tell(progress: unknown): void {
  process.stdout.write(`${JSON.stringify({ progress })}\n`);
}

function describedBy({ name, capability, licence, select, convert }: ModelsRequest) {
  if (convert !== undefined && !modelConversions.some((known) => known === convert))
    throw new FilmwrightError(
      'request-invalid',
      `Weights of the form ${JSON.stringify(convert)} cannot be converted; wanted one of ${modelConversions.join(', ')}.`,
    );
  if (capability !== undefined && !modelCapabilities.some((known) => known === capability))
    throw new FilmwrightError(
      'request-invalid',
      `There is no capability ${JSON.stringify(capability)}; wanted one of ${modelCapabilities.join(', ')}.`,
    );
  return {
    ...(name === undefined ? {} : { name }),
    ...(capability === undefined ? {} : { capability: capability as ModelCapability }),
    ...(licence === undefined ? {} : { licence }),
    ...(convert === undefined ? {} : { convert: convert as ModelConversion }),
    ...(select === undefined || select.length === 0 ? {} : { select }),
  };
}

async function readCard(path: string): Promise<OfferedModel> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new FilmwrightError('not-found', `There is no model card at ${path}.`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FilmwrightError('request-invalid', `The model card ${path} is no JSON: ${cause instanceof Error ? cause.message : ''}.`, {
      cause,
    });
  }
  const read = offeredModelSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FilmwrightError(
    'request-invalid',
    `The model card ${path} is not valid at ${issue?.path.join('.') || 'its top'}: ${issue?.message}. Its schema is docs/model-card.schema.json.`,
  );
}

const licenceWanted = 'licence not accepted';

async function list(home: string): Promise<readonly ListedModel[]> {
  const [shelf, figures] = await Promise.all([shelvedModels({ home }), keptFigures(home)]);
  const rows: ListedModel[] = shelf.map(({ card, ref, state, present }) => ({
    ...about(card),
    ref,
    megabytes: Math.ceil(card.files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6),
    state: state.broken !== null ? 'broken' : present ? 'ready' : 'evicted',
    problem: state.broken ?? memoryProblem(card, totalmem()),
    pinned: state.pinned,
    tiers: card.needs.tiers,
    figures: figuresOf(figures, ref),
  }));
  for (const { name, problem } of await unreadableModels({ home })) {
    const unknown = {
      capability: 'unknown',
      engine: 'unknown',
      servers: [],
      noEngine: null,
      licence: 'unknown',
      commercialUse: 'unclear',
      megabytes: null,
      tiers: [],
      figures: null,
    } as const;
    rows.push({ ...unknown, name, ref: null, state: 'broken', problem, pinned: false });
  }
  const accepted = await acceptedLicences(home);
  for (const offer of await offeredModels()) {
    if (shelf.some(({ card }) => card.name === offer.name)) continue;
    const failed = await addingProblem(home, offer.name);
    // Where a licence is wanted nothing has failed yet.
    const wantsLicence = failed?.wantsLicence ?? lacksAcceptance(offer, accepted);
    const bytes = offer.files?.reduce((sum, file) => sum + file.bytes, 0);
    const megabytes = bytes === undefined ? offer.needs.diskMb : Math.ceil(bytes / 1e6);
    rows.push({
      ...about(offer),
      ref: null,
      megabytes,
      state: failed === null || wantsLicence ? 'offered' : 'failed',
      problem: wantsLicence ? licenceWanted : (failed?.message ?? null),
      pinned: false,
      tiers: offer.needs.tiers,
      figures: null,
    });
  }
  return rows;
}

function about(card: OfferedModel | Omit<OfferedModel, 'select'>) {
  const { name, capability, engine, servers = [], licence } = card;
  return { name, capability, engine, servers, noEngine: noEngine(card), licence: licence.name, commercialUse: licence.commercialUse };
}

async function show(ref: string, home: string): Promise<ShownModel> {
  const { name } = readModelRef(ref);
  const figures = await keptFigures(home);
  const revisions = (await shelvedModels({ home })).filter(({ card }) => card.name === name);
  const named = ref === name ? revisions : revisions.filter((each) => each.ref === ref);
  const offer = (await offeredModels()).find((each) => each.name === name);
  const card = named[0]?.card ?? (ref === name ? offer : undefined);
  if (card === undefined)
    throw new FilmwrightError('not-found', `There is no model ${ref}; \`filmwright models list --all\` shows what there is.`);
  return {
    card,
    noEngine: noEngine(card),
    revisions: named.map(({ ref: each, state, present }) => ({ ref: each, ...state, present, figures: figuresOf(figures, each) })),
    accepted: (await acceptedLicences(home)).filter(({ model }) => model === name),
    problem: memoryProblem(card, totalmem()) ?? (await problemOfOffer(card, { home, added: revisions.length > 0 })),
  };
}

/** Why a model of the catalogue is not here yet although somebody wants it, in full; null where nobody tried and nothing is asked. */
async function problemOfOffer(
  card: ShownModel['card'],
  { home, added }: { readonly home: string; readonly added: boolean },
): Promise<string | null> {
  const failed = await addingProblem(home, card.name);
  if (failed !== null) return failed.message;
  return !added && lacksAcceptance(card, await acceptedLicences(home)) ? licenceWanted : null;
}

function figuresOf(all: readonly ModelFigures[], ref: string): ModelFigures | null {
  return all.find(({ name }) => name === modelName([ref])) ?? null;
}
