import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@filmwright/client';
import type { Digest } from '@filmwright/contracts';
import { filmwright, homesOfTest, platformOfTest, processesOf, start, until } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const newHome = homesOfTest();
/** A folder of its own for backups and the homes that are restored from them. */
const place = newHome();
const platform = platformOfTest('--runners', '1');
const smallest = {
  title: 'Small',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [{ narration: 'Hello.', visual: { backdrop: 'waves' } }],
  outputs: { master: { quality: 'draft' } },
};
const film = writeFilm(place, smallest);
const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

type Made = { readonly master: string; readonly tasks: { readonly run: number } };
type BackedUp = {
  readonly instant: string;
  readonly rows: number;
  readonly assets: { readonly count: number; readonly copied: number; readonly missing: readonly string[] };
};

async function answer<T>(home: string, args: readonly string[]): Promise<T> {
  const { status, out, err } = await filmwright(home, [...args, '--json']);
  assert.equal(status, 0, `${args.join(' ')}: ${out}${err}`);
  return JSON.parse(out) as T;
}

/** Stores a picture that no film is made of. */
async function uploaded(client: Client): Promise<Digest> {
  const bytes = readFileSync(join(import.meta.dirname, '../../examples/art/orlune-logo-dark.png'));
  const digest: Digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  await client.putAsset({ digest, mediaType: 'image/png', open: () => new Blob([bytes]).stream() });
  return digest;
}

const folder = join(place, 'backup');

test('a backup that is taken while another film is made restores into a new home, where the first is there and is not made again', async () => {
  const { url, token } = await platform.open();
  const client = createClient({ url, token });
  const made = await answer<Made>(platform.home, ['make', film, '--out', join(place, 'out')]);
  const master = digestOf(made.master);
  const files = { 'art.png': await uploaded(client) };
  const saved = await client.createFilm({ document: { title: 'In the studio', storyboard: [] }, files, note: 'the first' });
  await client.addToLibrary({ kind: 'picture', name: 'A picture', tags: ['kept'], body: {}, files });

  const other = { ...smallest, title: 'Another', storyboard: [{ length: '8s', visual: { backdrop: 'halo' } }] };
  const running = start(platform.home, ['make', writeFilm(place, other, 'other.json'), '--out', join(place, 'other')]);
  while (!(await client.listFilms()).films.some(({ title }) => title === 'Another')) await sleep(50);
  await until(() => processesOf(platform.home).some(({ role }) => role === 'ffmpeg'), 'the other film is made');
  const taken = await answer<BackedUp>(platform.home, ['backup', folder]);
  assert.ok(
    taken.assets.count > 4 && taken.assets.copied === taken.assets.count && taken.assets.missing.length === 0,
    JSON.stringify(taken),
  );
  assert.equal((await running.ended).status, 0);

  const home = join(place, 'restored');
  await answer(platform.home, ['restore', folder, '--home', home]);
  const serving = start(home, ['serve', '--port', '0', '--runners', '1']);
  await until(() => readdirSync(home).includes('platform.json'), 'the restored platform is ready');
  const again = await answer<Made>(home, ['make', film, '--out', join(place, 'again')]);
  assert.deepEqual([again.tasks.run, digestOf(again.master)], [0, master]);
  assert.equal(readFileSync(join(home, 'signing.key'), 'utf8'), readFileSync(join(platform.home, 'signing.key'), 'utf8'));
  const restored = createClient(JSON.parse(readFileSync(join(home, 'platform.json'), 'utf8')) as { url: string; token: string });
  const { films } = await restored.listFilms();
  assert.ok(
    ['In the studio', 'Small', 'Another'].every((title) => films.some((each) => each.title === title)),
    JSON.stringify(films),
  );
  const { versions } = await restored.listFilmVersions({ id: saved.id });
  assert.deepEqual(
    versions.map(({ version, note }) => [version, note]),
    [[1, 'the first']],
  );
  const detail = await restored.getFilm(saved.id);
  assert.deepEqual([detail.files, detail.issues.filter(({ code }) => code === 'media-missing')], [files, []]);
  assert.equal((await restored.listLibrary()).items[0]?.name, 'A picture');
  process.kill(serving.pid, 'SIGTERM');
  await serving.ended;
});
