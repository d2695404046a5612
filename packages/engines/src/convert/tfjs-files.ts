import { FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';
import type { ModelBytes } from './converters.ts';
import { longestBase64, readLiteral } from './tfjs-literal.ts';
import { tfjsToOnnx } from './tfjs-to-onnx.ts';

const partsSchema = z.object({ weightsManifest: z.array(z.object({ paths: z.array(z.string()).min(1) })).min(1) });
/** Where a minified script that carries a model begins to describe it. */
const describing = '{modelTopology:';

/**
 * Every layers model of TensorFlow.js among the files becomes one ONNX file beside its description, which is a model.json or a script that carries it. The
 * parts of its weights lie beside the description under the names that it says, or in scripts of those names. Throws `model-unavailable`.
 */
export function convertTfjs(files: readonly ModelBytes[]): readonly ModelBytes[] {
  const made = files.flatMap((file): readonly ModelBytes[] => {
    const model = descriptionIn(file);
    if (model === undefined) return [];
    const base = file.path.replace(/(\.min)?\.(json|js)$/, '');
    const weights = weightsOf(model, { path: file.path, files });
    return [{ path: `${base}.onnx`, bytes: tfjsToOnnx({ model, weights, name: nameOf(base) }).bytes }];
  });
  if (made.length > 0) return made;
  throw refuse(`there is no model.json of a layers model among its files ${files.map(({ path }) => path).join(', ')}`);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What a file says of a model; undefined for files that are none. */
function descriptionIn({ path, bytes }: ModelBytes): unknown {
  if (path.endsWith('.js')) {
    const script = new TextDecoder().decode(bytes);
    const at = script.indexOf(describing);
    return at < 0 ? undefined : readLiteral(script, at);
  }
  if (!path.endsWith('.json')) return undefined;
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof read === 'object' && read !== null && 'modelTopology' in read ? read : undefined;
  } catch (error) {
    if (nameOf(path) !== 'model.json') return undefined;
    throw refuse(`${path} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function weightsOf(model: unknown, { path, files }: { readonly path: string; readonly files: readonly ModelBytes[] }): Uint8Array {
  const read = partsSchema.safeParse(model);
  if (!read.success) throw refuse(`${path} does not say in which files its weights are`);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const parts = read.data.weightsManifest.flatMap(({ paths }) => paths);
  return Buffer.concat(
    parts.map((part) => {
      const place = `${folder}${part}`;
      const plain = files.find((file) => file.path === place);
      if (plain !== undefined) return plain.bytes;
      const script = files.find((file) => file.path === `${place}.min.js` || file.path === `${place}.js`);
      if (script !== undefined) return longestBase64(new TextDecoder().decode(script.bytes));
      throw refuse(`${place} is missing; wanted all parts of the weights beside ${path}: ${parts.join(', ')}`);
    }),
  );
}

function refuse(why: string): FilmwrightError {
  return new FilmwrightError('model-unavailable', `The TensorFlow.js model cannot be converted: ${why}.`);
}
