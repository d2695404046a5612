import { createRequire } from 'node:module';

/** Names what runs the models: masks of different builds may differ in their bytes. */
export function inferenceToolchain(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return `onnxruntime ${version} cpu`;
}
