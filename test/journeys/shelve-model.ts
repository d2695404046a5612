import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@filmwright/client';
import { installedModel, revisionFolder, revisionOf } from '@filmwright/engines/models/model-shelf';
import type { TestPlatform } from './platform-home.ts';

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

/** A platform with a model on its shelf that none of its machines has, once one of them can plan films: one that nobody can plan yet brings machines of any pool. */
export async function openWithModel(platform: TestPlatform, name: string): Promise<Client> {
  await shelveModel(platform.home, name);
  const client = createClient(await platform.open());
  while ((await client.listVoices()).length === 0) await sleep(100);
  return client;
}
