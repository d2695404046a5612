import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, modelName, type Output, type Payload } from '@filmwright/contracts';
import { drillBytes } from '@filmwright/core/drill/drill-bytes';
import type { KindRunner, TaskContext } from '../run-task.ts';

/** So many times a task tells how far it is. */
const beats = 10;

/** Loads its model where that is not held, works for the wanted time (from the step that an attempt before came to), then makes the bytes that follow from its seed and inputs; an input with other bytes than its name says is refused. */
export const runDrill: KindRunner<'drill'> = async (payload, context) => {
  const inputs = await readInputs(payload, context);
  await loadModel(payload, context);
  const { durationMs, steps } = payload;
  const count = steps ?? beats;
  for (let step = stepOf(context.borders.resume); step < count; step++) {
    if (steps !== undefined) context.borders.reach(() => ({ step }));
    await sleep(durationMs / count, undefined, { signal: context.dropped });
    context.progress((100 * (step + 1)) / (count + 1));
  }
  return made(payload, { context, inputs });
};

type Drill = Payload<'drill'>;

async function readInputs({ inputs }: Drill, { pathOf }: TaskContext): Promise<readonly Uint8Array[]> {
  const read: Uint8Array[] = [];
  for (const digest of inputs) {
    // Whoever spoils the file may do so at any moment: looked at are the very bytes that are used.
    const bytesRead = await readFile(await pathOf(digest));
    const found = `sha256-${createHash('sha256').update(bytesRead).digest('hex')}`;
    if (found !== digest)
      throw new FilmwrightError('digest-mismatch', `The input ${digest} has bytes of ${found}. It is fetched and tried again.`);
    read.push(bytesRead);
  }
  return read;
}

async function loadModel({ model }: Drill, { models }: TaskContext): Promise<void> {
  const name = modelName(model === undefined ? [] : [model.name]);
  if (name !== null) await models.load(name, () => sleep(model?.loadMs ?? 0));
}

async function made(
  { seed, bytes }: Drill,
  { context, inputs }: { readonly context: TaskContext; readonly inputs: readonly Uint8Array[] },
): Promise<Output<'drill'>> {
  const path = join(context.tempDir, 'drill.bin');
  await writeFile(path, drillBytes({ seed, bytes, inputs }));
  return { asset: await context.store({ path, mediaType: 'application/octet-stream' }) };
}

/** The step that an attempt before came to. */
function stepOf(resume: unknown): number {
  const { step } = Object(resume) as { readonly step?: unknown };
  return typeof step === 'number' ? step : 0;
}
