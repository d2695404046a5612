import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { modelName, singleModels } from '@filmwright/contracts';
import { listModels } from '@filmwright/engines/models/model-shelf';
import { availableBytes } from './available-memory.ts';
import { notesOf, readIntoMemory } from './read-into-memory.ts';

/** Of the memory that is free so much may be filled with what is only likely to be needed. */
const spareShare = 0.5;

/** Reads the weights of a model of a home into memory, behind all else that this machine does, tells how many bytes, and ends; so it does where its parent ends. */
async function main([home = '', model = '']: readonly string[]): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  const ending = new AbortController();
  process.once('disconnect', () => ending.abort(new Error('the runner ends')));
  const names = new Set(singleModels(model));
  const models = (await listModels({ home })).filter(({ ref }) => names.has(modelName([ref]) ?? ''));
  const bytes = await readIntoMemory({
    notes: notesOf(home),
    name: model,
    paths: models.flatMap(({ folder, card }) => card.files.map(({ path }) => join(folder, path))),
    // What lies in memory of files, these among them, can be had.
    spareBytes: (availableBytes() ?? process.availableMemory()) * spareShare,
    signal: ending.signal,
  });
  process.send?.({ bytes });
}

main(process.argv.slice(2)).then(
  () => process.disconnect?.(),
  () => process.exit(1),
);
