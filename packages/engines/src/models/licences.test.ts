import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { addModel } from './add-model.ts';
import { startFakeHub } from './testing/fake-hub.ts';
import { adding, modelsHome, offer, settingsOf } from './testing/models-home.ts';

const hub = await startFakeHub();
after(() => hub.close());
const settings = settingsOf({ hubEndpoint: hub.url });
const described = { capability: 'upscaling' } as const;
const files = { data: randomBytes(2000) };

test('no word of ours makes a licence freer than its source does; where the source is silent, the word counts', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/closed', { licence: 'cc-by-nc-4.0', files });
  const add = (source: string, licence: string) =>
    addModel({ ...weights, ...adding(source, settings, { described: { ...described, licence } }) });
  await assert.rejects(add('hf:someone/closed', 'MIT'), { code: 'model-unavailable', message: /cc-by-nc-4\.0.*FORBIDDEN/s });
  hub.repositories.set('someone/silent', { licence: [], files });
  assert.equal((await add('hf:someone/silent', 'mit')).card.licence.name, 'MIT');
});

test('a source with several licences is as free as all of them are', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/several', { licence: ['mit', 'cc-by-nc-4.0'], files });
  await assert.rejects(addModel({ ...weights, ...adding('hf:someone/several', settings, { described }) }), {
    code: 'model-unavailable',
    message: /mit, cc-by-nc-4\.0.*FORBIDDEN/s,
  });
});

test('a repository that is less free by now than its card says has its licence shown and accepted, and the revision keeps it', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/changed', { licence: 'cc-by-nc-4.0', files });
  const wanted = offer({ source: 'hf:someone/changed' });
  const before = hub.sentBytes();
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), /cc-by-nc-4\.0.*--accept-licence/s);
  assert.equal(hub.sentBytes(), before);
  const { card } = await addModel({ ...weights, ...adding(wanted, settings, { acceptLicence: true }) });
  assert.deepEqual([card.licence.commercialUse, card.licence.attribution], ['forbidden', 'somebody']);
});

test('a name that leaves the folder of models is refused before anything is written', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/named', { files });
  const before = hub.sentBytes();
  for (const name of ['../../escaped', 'Capital', 'a'.repeat(101)])
    await assert.rejects(addModel({ ...weights, ...adding('hf:someone/named', settings, { described: { ...described, name } }) }), {
      code: 'model-unavailable',
      message: /not valid at name/,
    });
  assert.equal(hub.sentBytes(), before);
});
