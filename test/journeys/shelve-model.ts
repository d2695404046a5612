import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedModel, revisionFolder, revisionOf } from '@filmwright/engines/models/model-shelf';

/** Puts a model on a platform's shelf that nobody else has: the small one that comes along, under another name. */
export async function shelveModel(home: string, name: string): Promise<void> {
  const shipped = await installedModel({ name: 'backdrops', home });
  const { builtIn: _, revision: __, ...card } = { ...shipped.card, name };
  const whole = { ...card, revision: revisionOf(card) };
  const place = revisionFolder(home, whole);
  mkdirSync(place, { recursive: true });
  cpSync(shipped.folder, join(place, 'files'), { recursive: true });
  rmSync(join(place, 'files', 'card.json'));
  writeFileSync(join(place, 'card.json'), JSON.stringify(whole));
}
