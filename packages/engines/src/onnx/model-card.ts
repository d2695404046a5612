import { FilmwrightError } from '@filmwright/contracts';

/** How a picture becomes the model's input: each value is `(byte * scale - mean) / deviation`, channels in the order red, green, blue. */
export type ModelInput = {
  readonly name: string;
  readonly layout: 'nchw' | 'nhwc';
  /** The size the model wants; `picture` feeds the picture's own size, filled up to a multiple of `multipleOf`. */
  readonly size: { readonly width: number; readonly height: number } | 'picture';
  readonly multipleOf: number;
  readonly fit: 'stretch' | 'pad';
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
};

/** How the model's answer becomes planes; `scale` then `activation` bring its values to 0..1. */
export type ModelOutput = {
  readonly name: string;
  readonly layout: 'nchw' | 'nhwc';
  readonly activation: 'none' | 'sigmoid';
  readonly scale: number;
};

/**
 * How a mask model is used. `mirrored` and `wide` (a margin around the picture) look again and take the mean of all looks; `levels` is the mean
 * that counts as nothing and as all; `closeUp` looks once more at the subject alone. The rest tidies the mask, in pixels of the mask: pieces
 * below `keepShare` of the largest go, gaps below `fillShare` of the picture close, doubt beyond `reachPx` from an edge is settled, and edges
 * may be off by `edgePx`.
 */
export type MaskUse = {
  readonly mirrored: boolean;
  readonly wide: boolean;
  readonly closeUp: boolean;
  readonly levels: readonly [number, number];
  readonly keepShare: number;
  readonly fillShare: number;
  readonly reachPx: number;
  readonly edgePx: number;
};

/** Where weights come from: files of a published package, in this order, joined. */
export type ModelSource = {
  readonly registry: 'npm';
  readonly package: string;
  readonly version: string;
  readonly files: readonly string[];
};

export type ModelLicence = { readonly spdx: string; readonly attribution: string; readonly summary: string };

/** Everything known about one model: what it does, its licence, its origin, its digest, and how to feed it; new models need only a card. */
export type ModelCard = {
  readonly engine: 'onnx';
  readonly name: string;
  readonly title: string;
  readonly task: 'mask' | 'picture';
  readonly does: string;
  readonly finds: string;
  readonly licence: ModelLicence;
  readonly source: ModelSource;
  readonly builtIn: boolean;
  readonly bytes: number;
  readonly sha256: string;
  readonly input: ModelInput;
  readonly output: ModelOutput;
  readonly mask?: MaskUse;
};

type Fields = Readonly<Record<string, unknown>>;
type Reader = {
  readonly fields: (key: string) => Reader;
  readonly text: (key: string) => string;
  readonly number: (key: string) => number;
  readonly flag: (key: string) => boolean;
  readonly one: <T extends string>(key: string, values: readonly T[]) => T;
  readonly texts: (key: string) => readonly string[];
  readonly numbers: (key: string, count: number) => readonly number[];
  readonly has: (key: string) => boolean;
  readonly raw: (key: string) => unknown;
};

function reader(value: unknown, where: string): Reader {
  const fail = (key: string, wanted: string, found: unknown): never => {
    throw new FilmwrightError(
      'model-unavailable',
      `The model card ${where} is not valid at ${key}: found ${JSON.stringify(found) ?? 'nothing'}, wanted ${wanted}.`,
    );
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('its top', 'an object', value);
  const fields = value as Fields;
  const self: Reader = {
    has: (key) => fields[key] !== undefined,
    raw: (key) => fields[key],
    fields: (key) => reader(fields[key], `${where} (${key})`),
    text: (key) => (typeof fields[key] === 'string' ? fields[key] : fail(key, 'a text', fields[key])),
    number: (key) => (typeof fields[key] === 'number' && Number.isFinite(fields[key]) ? fields[key] : fail(key, 'a number', fields[key])),
    flag: (key) => (typeof fields[key] === 'boolean' ? fields[key] : fail(key, 'true or false', fields[key])),
    one: (key, values) => values.find((known) => known === fields[key]) ?? fail(key, values.join(' or '), fields[key]),
    texts: (key) => {
      const list = fields[key];
      return Array.isArray(list) && list.every((item): item is string => typeof item === 'string')
        ? list
        : fail(key, 'a list of texts', list);
    },
    numbers: (key, count) => {
      const list = fields[key];
      return Array.isArray(list) && list.length === count && list.every((item): item is number => Number.isFinite(item))
        ? list
        : fail(key, `${count} numbers`, list);
    },
  };
  return self;
}

function three(fields: Reader, key: string): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = fields.numbers(key, 3);
  return [r, g, b];
}

function parseMaskUse(mask: Reader): MaskUse {
  const [none = 0, all = 1] = mask.numbers('levels', 2);
  return {
    mirrored: mask.flag('mirrored'),
    wide: mask.flag('wide'),
    closeUp: mask.flag('closeUp'),
    levels: [none, all],
    keepShare: mask.number('keepShare'),
    fillShare: mask.number('fillShare'),
    reachPx: mask.number('reachPx'),
    edgePx: mask.number('edgePx'),
  };
}

/** Checks a model card read from disk; throws `model-unavailable` naming `where` and the field at fault. */
export function parseModelCard(value: unknown, where: string): ModelCard {
  const card = reader(value, where);
  const licence = card.fields('licence');
  const source = card.fields('source');
  const input = card.fields('input');
  const output = card.fields('output');
  const size = input.raw('size') === 'picture' ? undefined : input.fields('size');
  const mask = card.has('mask') ? card.fields('mask') : undefined;
  return {
    engine: card.one('engine', ['onnx']),
    name: card.text('name'),
    title: card.text('title'),
    task: card.one('task', ['mask', 'picture']),
    does: card.text('does'),
    finds: card.text('finds'),
    licence: { spdx: licence.text('spdx'), attribution: licence.text('attribution'), summary: licence.text('summary') },
    source: {
      registry: source.one('registry', ['npm']),
      package: source.text('package'),
      version: source.text('version'),
      files: source.texts('files'),
    },
    builtIn: card.flag('builtIn'),
    bytes: card.number('bytes'),
    sha256: card.text('sha256'),
    input: {
      name: input.text('name'),
      layout: input.one('layout', ['nchw', 'nhwc']),
      size: size ? { width: size.number('width'), height: size.number('height') } : 'picture',
      multipleOf: input.number('multipleOf'),
      fit: input.one('fit', ['stretch', 'pad']),
      scale: input.number('scale'),
      mean: three(input, 'mean'),
      deviation: three(input, 'deviation'),
    },
    output: {
      name: output.text('name'),
      layout: output.one('layout', ['nchw', 'nhwc']),
      activation: output.one('activation', ['none', 'sigmoid']),
      scale: output.number('scale'),
    },
    ...(mask ? { mask: parseMaskUse(mask) } : {}),
  };
}
