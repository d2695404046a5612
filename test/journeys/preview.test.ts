import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Client, createClient, hasEnded } from '@filmwright/client';
import type { Build, BuildShots, FilmDocument } from '@filmwright/contracts';
import { platformOfTest } from './platform-home.ts';

const { open } = platformOfTest('--runners', '1');
let client: Client;
before(async () => {
  client = createClient(await open());
});

const film: FilmDocument = {
  title: 'Looked at early',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    { id: 'one', narration: 'Every word has its place.', visual: { backdrop: 'halo' } },
    { id: 'two', visual: { backdrop: 'sweep' }, length: '1s', transition: 'dissolve' },
  ],
  outputs: { master: { quality: 'draft' }, package: true },
};

async function build(document: FilmDocument, purpose: 'preview' | 'make'): Promise<{ readonly build: Build; readonly shots: BuildShots }> {
  let made = await client.createBuild({ document, purpose });
  for await (const step of client.followBuild({ id: made.id })) made = step;
  assert.ok(hasEnded(made));
  assert.equal(made.state, 'succeeded', made.problem?.detail);
  const shots = await client.buildShots(made.id);
  assert.ok(shots !== null);
  return { build: made, shots };
}

test('a preview can be played at its smallest rung, has no master, and its spans are those of the package made later', async () => {
  const preview = await build(film, 'preview');
  assert.equal(preview.build.result?.master, null);
  const addresses = await client.buildPackage(preview.build.id);
  assert.ok(addresses?.complete);
  const playlist = new TextDecoder().decode(await client.packageFile(addresses.hls));
  assert.match(playlist, /RESOLUTION=640x360/);
  assert.doesNotMatch(playlist, /1280x720/);
  const made = await build(film, 'make');
  const tasks = await client.listBuildTasks(made.build.id);
  const smallest = tasks.filter(({ address }) => address.endsWith('/360p'));
  assert.ok(smallest.length >= 2 && smallest.every(({ reused }) => reused), JSON.stringify(smallest));
  assert.deepEqual(
    made.shots.shots.map(({ frames }) => frames),
    preview.shots.shots.map(({ frames }) => frames),
  );
});

test('shots are told with their words where they are heard, and a small picture of every span', async () => {
  const { shots } = await build(film, 'preview');
  const [one, two] = shots.shots;
  assert.deepEqual([one?.id, one?.startFrame, two?.startFrame], ['one', 0, one?.frames]);
  assert.deepEqual(
    one?.lines[0]?.words.map(({ text }) => text),
    ['Every', 'word', 'has', 'its', 'place.'],
  );
  const words = one?.lines[0]?.words ?? [];
  assert.ok(
    words.every(({ startMs, endMs }, at) => startMs < endMs && startMs >= (words[at - 1]?.endMs ?? 0) - 1),
    JSON.stringify(words),
  );
  for (const shot of shots.shots) {
    assert.equal(shot.percent, 100);
    assert.ok(shot.spans.length > 0, shot.id ?? '');
    for (const span of shot.spans) {
      assert.equal(span.state, 'done');
      const still = await client.headAsset(span.still ?? '');
      assert.equal(still?.mediaType, 'image/jpeg');
    }
  }
});

test('a word whose time was set is shown then, its neighbours give way, and another take is read and moved differently', async () => {
  const first = film.storyboard[0] ?? {};
  const line = { say: 'Every word has its place.', words: { '1': ['100ms', '900ms'] as [string, string] } };
  const set = await build({ ...film, storyboard: [{ ...first, narration: line }] }, 'preview');
  const [every, word, has] = set.shots.shots[0]?.lines[0]?.words ?? [];
  const start = set.shots.shots[0]?.lines[0]?.startMs ?? 0;
  assert.deepEqual([word?.startMs, word?.endMs], [start + 100, start + 900]);
  assert.ok((every?.endMs ?? 1e9) <= start + 100 && (has?.startMs ?? 0) >= start + 900);
  const plain = await build({ ...film, storyboard: [first] }, 'preview');
  const take = await build({ ...film, storyboard: [{ ...first, take: 2 }] }, 'preview');
  const sound = (made: typeof take): string | null | undefined => made.shots.shots[0]?.lines[0]?.sound;
  assert.ok(sound(plain));
  assert.equal(sound(set), sound(plain));
  assert.ok(sound(take));
  assert.notEqual(sound(take), sound(plain));
});
