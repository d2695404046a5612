import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelFigures, modelFiguresSchema } from '@filmwright/contracts';
import { z } from 'zod';
import { writeWhole } from '../models/model-state.ts';

const fileOf = (home: string): string => join(home, 'models', '_figures.json');

/** What was measured of models on this machine; nothing where the file is missing or damaged: it can be measured again. */
export async function keptFigures(home: string): Promise<readonly ModelFigures[]> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => '[]');
  try {
    return z.array(modelFiguresSchema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Keeps figures in the place of those that were kept of the same revisions; runners of the home see the change and tell it. */
export async function keepFigures(home: string, figures: readonly ModelFigures[]): Promise<void> {
  const names = new Set(figures.map(({ name }) => name));
  const kept = (await keptFigures(home)).filter(({ name }) => !names.has(name));
  const all = [...kept, ...figures].sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeWhole(fileOf(home), `${JSON.stringify(all, null, 2)}\n`);
}
