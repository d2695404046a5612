import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { BuildShots, DrawnTake } from '@filmwright/contracts';
import { startGateway } from './testing/start-gateway.ts';

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const take = (number: number, changes: Partial<DrawnTake>): DrawnTake => ({
  ...{ take: number, seed: null, state: 'waiting', percent: 0, still: null, task: `sha256-${number}`, preview: null },
  ...changes,
});
const shotsWith = (takes: readonly DrawnTake[]): BuildShots => ({
  ...{ fps: 25, width: 64, height: 36, frames: 25, media: {} },
  shots: [{ id: 'one', index: 0, startFrame: 0, frames: 25, timed: true, percent: 0, lines: [], spans: [], takes }],
});

test('a heartbeat brings the picture of a drawing to who looks at its shots; what is no JPEG, or too large, goes nowhere', async (context) => {
  const kept = new Map<string, Buffer>();
  const asked: string[][] = [];
  const gateway = await startGateway(context, {
    previews: {
      notePreviews: async ({ previews }) => {
        for (const { key, picture } of previews) kept.set(key, Buffer.from(picture, 'base64'));
      },
      previewTimes: async ({ keys }) => {
        asked.push([...keys]);
        return new Map([...kept.keys()].map((key) => [key, 1700]));
      },
      previewPicture: async ({ key }) => kept.get(key) ?? null,
    },
  });
  const document = { title: 'A film', storyboard: [{ narration: 'Here.' }] };
  const { id } = (await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document } })).json() as { id: string };
  const { runnerId } = await gateway.records.joinRunner({
    ...{ name: 'one', pid: 1, slots: 1, kinds: ['generate'], toolchain: {}, voices: [], models: [], fonts: [] },
  });
  const beat = (key: string, picture: Buffer) => {
    const payload = { leases: [{ key, fence: 1, percent: 20 }], previews: [{ key, fence: 1, picture: picture.toString('base64') }] };
    return gateway.callAsRunner({ method: 'POST', url: `/v1/runners/${runnerId}/heartbeat`, payload });
  };
  const takesOf = async () => ((await gateway.call({ url: `/v1/builds/${id}/shots` })).json() as BuildShots).shots[0]?.takes;

  await gateway.records.saveShots({ buildId: id }, shotsWith([take(1, { state: 'done', percent: 100 }), take(2, {})]));
  assert.equal((await takesOf())?.[1]?.preview, null);
  assert.deepEqual(asked, [], 'nothing is looked up where nothing is drawn');

  assert.equal((await beat('sha256-3', Buffer.from('<svg/>'))).statusCode, 200);
  assert.equal((await beat('sha256-3', Buffer.alloc(33 * 1024, jpeg))).statusCode, 400);
  assert.equal((await beat('sha256-2', jpeg)).statusCode, 200);
  assert.deepEqual([...kept.keys()], ['sha256-2']);
  await gateway.records.saveShots({ buildId: id }, shotsWith([take(1, { state: 'leased' }), take(2, { state: 'leased', percent: 20 })]));
  const [, second] = (await takesOf()) ?? [];
  assert.equal((await takesOf())?.[0]?.preview, null, 'one that has none yet says so');
  assert.equal(second?.preview, `/v1/builds/${id}/previews/sha256-2?at=1700`);
  const reply = await gateway.call({ url: second?.preview ?? '' });
  assert.deepEqual([reply.statusCode, reply.headers['content-type'], reply.rawPayload], [200, 'image/jpeg', jpeg]);
  assert.equal((await gateway.call({ url: `/v1/builds/${id}/previews/sha256-9` })).statusCode, 404);
  assert.equal((await gateway.call({ url: `/v1/builds/${randomUUID()}/previews/sha256-2` })).statusCode, 404);
  assert.equal((await gateway.call({ url: second?.preview ?? '', headers: { authorization: '' } })).statusCode, 401);
});
