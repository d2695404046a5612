import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, modelName } from '@filmwright/contracts';
import { drillBytes } from '@filmwright/core';
import type { KindRunner } from '../run-task.ts';

/** So many times a task tells how far it is. */
const beats = 10;

/** Loads its model where that is not held, works for the wanted time (from the step that an attempt before came to), then makes the bytes that follow from its seed and inputs; an input with other bytes than its name says is refused. */
export const runDrill: KindRunner<'drill'> = async ({ seed, durationMs, bytes, inputs, model, steps }, context) => {
  const { pathOf, tempDir, store, progress, models, borders } = context;
  const read: Uint8Array[] = [];
  for (const digest of inputs) {
    // Whoever spoils the file may do so at any moment: looked at are the very bytes that are used.
    const bytesRead = await readFile(await pathOf(digest));
    const found = `sha256-${createHash('sha256').update(bytesRead).digest('hex')}`;
    if (found !== digest)
      throw new FilmwrightError('digest-mismatch', `The input ${digest} has bytes of ${found}. It is fetched and tried again.`);
    read.push(bytesRead);
  }
  const name = modelName(model === undefined ? [] : [model.name]);
  if (name !== null) await models.load(name, () => sleep(model?.loadMs ?? 0));
  const count = steps ?? beats;
  for (let step = stepOf(borders.resume); step < count; step++) {
    if (steps !== undefined) borders.reach(() => ({ step }));
    await sleep(durationMs / count);
    progress((100 * (step + 1)) / (count + 1));
  }
  const path = join(tempDir, 'drill.bin');
  await writeFile(path, drillBytes({ seed, bytes, inputs: read }));
  return { asset: await store({ path, mediaType: 'application/octet-stream' }) };
};

/** The step that an attempt before came to. */
function stepOf(resume: unknown): number {
  const { step } = Object(resume) as { readonly step?: unknown };
  return typeof step === 'number' ? step : 0;
}
