import { FilmwrightError } from '@filmwright/contracts';

/** One layer of an ncnn graph. `arrays` holds what the file writes under -23300 - key. */
export type NcnnLayer = {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly numbers: ReadonlyMap<number, number>;
  readonly arrays: ReadonlyMap<number, readonly number[]>;
};

const magic = '7767517';
const firstArrayKey = -23300;

/** Says what of an ncnn model cannot be converted. */
export function refuseNcnn(what: string): FilmwrightError {
  return new FilmwrightError('model-unavailable', `The ncnn model cannot be converted: ${what}.`, { retryable: false });
}

/** Reads the text graph of an ncnn model (.param); throws `model-unavailable` naming the line that is not understood. */
export function readNcnnGraph(text: string): readonly NcnnLayer[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines[0] !== magic) throw refuseNcnn(`its graph begins with ${JSON.stringify((lines[0] ?? '').slice(0, 20))}, wanted ${magic}`);
  const [layerCount] = (lines[1] ?? '').split(/\s+/).map(Number);
  const layers = lines.slice(2).filter(Boolean).map(readLayer);
  if (layers.length !== layerCount) throw refuseNcnn(`its graph has ${layers.length} layers and says that it has ${layerCount}`);
  return layers;
}

function readLayer(line: string): NcnnLayer {
  const [type = '', name = '', inputCount, outputCount, ...rest] = line.split(/\s+/);
  const [ins, outs] = [Number(inputCount), Number(outputCount)];
  const inputs = rest.slice(0, ins);
  const outputs = rest.slice(ins, ins + outs);
  if (!Number.isInteger(ins) || !Number.isInteger(outs) || outputs.length !== outs)
    throw refuseNcnn(`its line ${JSON.stringify(line.slice(0, 80))} is cut short`);
  const numbers = new Map<number, number>();
  const arrays = new Map<number, readonly number[]>();
  for (const word of rest.slice(ins + outs)) {
    const [key, value] = word.split('=', 2).map((part) => part.trim());
    const number = Number(key);
    if (value === undefined || !Number.isInteger(number)) throw refuseNcnn(`layer ${name} (${type}) has the setting ${word}`);
    if (number > firstArrayKey) {
      numbers.set(number, Number(value));
      continue;
    }
    const [count, ...values] = value.split(',').map(Number);
    if (values.length !== count) throw refuseNcnn(`layer ${name} (${type}) has the list ${word}, which is not ${count} long`);
    arrays.set(firstArrayKey - number, values);
  }
  for (const value of [...numbers.values(), ...[...arrays.values()].flat()])
    if (!Number.isFinite(value)) throw refuseNcnn(`layer ${name} (${type}) has a setting that is no number`);
  return { type, name, inputs, outputs, numbers, arrays };
}

/** Values as they lie in the file: little-endian floats of 32 or 16 bits. */
export type NcnnValues = { readonly type: 'float' | 'float16'; readonly bytes: Uint8Array };

/** Reads the weights of an ncnn model (.bin) in the order of its layers. */
export type NcnnWeights = {
  /** A block that says how it is stored. */
  readonly tagged: (count: number, layer: NcnnLayer) => NcnnValues;
  /** Plain floats of 32 bits. */
  readonly plain: (count: number, layer: NcnnLayer) => NcnnValues;
  /** Throws unless every byte was read, the proof that every layer was understood. */
  readonly finish: () => void;
};

const halfTag = 0x01306b47;

/** Opens the weights of an ncnn model; reading throws `model-unavailable` where they end early or are stored in a way that is not known. */
export function openNcnnWeights(bytes: Uint8Array): NcnnWeights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const take = (length: number, layer: NcnnLayer): Uint8Array => {
    if (!Number.isInteger(length) || length < 0 || offset + length > bytes.length)
      throw refuseNcnn(`its weights end early: layer ${layer.name} (${layer.type}) wants ${length} bytes at ${offset} of ${bytes.length}`);
    const taken = bytes.slice(offset, offset + length);
    offset += length;
    return taken;
  };
  const plain: NcnnWeights['plain'] = (count, layer) => ({ type: 'float', bytes: take(count * 4, layer) });
  return {
    plain,
    tagged: (count, layer) => {
      if (offset + 4 > bytes.length) throw refuseNcnn(`its weights end early, before layer ${layer.name} (${layer.type})`);
      const tag = view.getUint32(offset, true);
      offset += 4;
      if (tag === 0) return plain(count, layer);
      if (tag !== halfTag)
        throw refuseNcnn(
          `the weights of layer ${layer.name} (${layer.type}) are stored as 0x${tag.toString(16)}; wanted floats of 16 or 32 bits`,
        );
      // Padded to whole words.
      return { type: 'float16', bytes: take(Math.ceil(count / 2) * 4, layer).subarray(0, count * 2) };
    },
    finish: () => {
      if (offset !== bytes.length)
        throw refuseNcnn(`${offset} of the ${bytes.length} bytes of its weights belong to its layers; the two files do not go together`);
    },
  };
}
