import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelFigures, modelFiguresSchema } from '@filmwright/contracts';
import { writeWhole } from '@filmwright/process/write-whole';
import { z } from 'zod';

const fileOf = (home: string): string => join(home, 'models', '_figures.json');

/** What was measured of models on this machine, on whatever of its devices, newest first; nothing where the file is missing or damaged: it can be measured again. */
export async function keptFigures(home: string): Promise<readonly ModelFigures[]> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => '[]');
  try {
    const all = z.array(modelFiguresSchema).parse(JSON.parse(text));
    return all.sort((a, b) => (a.measuredAt > b.measuredAt ? -1 : 1));
  } catch {
    return [];
  }
}

/** Keeps figures in the place of those that were kept of the same revisions on the same devices; runners of the home see the change and tell it. */
export async function keepFigures(home: string, figures: readonly ModelFigures[]): Promise<void> {
  const keyOf = ({ name, device }: ModelFigures): string => JSON.stringify([name, device]);
  const taken = new Set(figures.map(keyOf));
  const kept = (await keptFigures(home)).filter((one) => !taken.has(keyOf(one)));
  const all = [...kept, ...figures].sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeWhole(fileOf(home), `${JSON.stringify(all, null, 2)}\n`);
}
