import { createRequire } from 'node:module';
import { currentCompute } from '../compute/compute.ts';

/** Names what runs the models and where: masks of different builds and devices may differ in their bytes. */
export function inferenceToolchain(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return `onnxruntime ${version} ${currentCompute().device}`;
}
