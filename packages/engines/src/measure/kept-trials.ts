import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFiguresSchema } from '@filmwright/contracts';
import { writeWhole } from '@filmwright/process/write-whole';
import { z } from 'zod';

const schema = z.object({
  name: z.string(),
  device: z.string(),
  toolchain: z.string(),
  triedAt: z.string(),
  /** What was measured, null where it failed. */
  figures: modelFiguresSchema.nullable(),
  /** Why it failed, null where it did its work. */
  problem: z.string().nullable(),
  /** Whether it may do it another time: it lacked memory, or the time for it. */
  passing: z.boolean(),
});
/** That a revision, by the name that tasks ask for it, was tried on what a machine computes on; `triedAt` is ISO 8601. */
export type KeptTrial = Readonly<z.infer<typeof schema>>;

// With a dot in front, so that runners of the home do not look at the whole shelf anew with each model that is tried.
const fileOf = (home: string): string => join(home, 'models', '.trials.json');

/** Which models of a home were tried; none where the file is missing or damaged: they can be tried again. */
export async function keptTrials(home: string): Promise<readonly KeptTrial[]> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => '[]');
  try {
    return z.array(schema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Keeps a trial in the place of that of before of the same revision on the same device with the same programs. */
export async function keepTrial(home: string, trial: KeptTrial): Promise<void> {
  const keyOf = ({ name, device, toolchain }: KeptTrial): string => JSON.stringify([name, device, toolchain]);
  const others = (await keptTrials(home)).filter((one) => keyOf(one) !== keyOf(trial));
  await writeWhole(fileOf(home), `${JSON.stringify([...others, trial], null, 2)}\n`);
}
