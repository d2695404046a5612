import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ListedModel, ModelsRequest, ShownModel } from '@filmwright/contracts';
import { answerModels } from './models-shelf.ts';

/** A home whose hub knows no repository. */
async function shelfOf(context: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-shelf-'));
  const hub = createServer((_, reply) => reply.writeHead(404).end());
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  const before = process.env['HF_ENDPOINT'];
  process.env['HF_ENDPOINT'] = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  context.after(() => {
    if (before === undefined) delete process.env['HF_ENDPOINT'];
    else process.env['HF_ENDPOINT'] = before;
    hub.closeAllConnections();
    hub.close();
    rmSync(home, { recursive: true });
  });
  const ask = (request: ModelsRequest): Promise<unknown> => answerModels(request, home);
  const row = async (name: string): Promise<ListedModel> => {
    const found = ((await ask({ do: 'list', names: [] })) as readonly ListedModel[]).find((model) => model.name === name);
    assert.ok(found);
    return found;
  };
  return { ask, row, show: (name: string) => ask({ do: 'show', names: [name] }) as Promise<ShownModel> };
}

test('a model of the catalogue that no engine runs is shown so, and fetched only where that is said to be wanted', async (context) => {
  const { ask, row, show } = await shelfOf(context);
  const unrun = {
    'rvm-mobilenetv3': 'no engine of this version runs the pipeline recurrent-matting',
    'flux-1-dev': 'it wants comfyui or diffusers; no engine of this version runs it',
  };
  for (const [name, reason] of Object.entries(unrun)) {
    assert.equal((await row(name)).noEngine, reason);
    assert.equal((await show(name)).noEngine, reason);
    const refused = { code: 'model-unavailable', message: new RegExp(`${name} was not added: ${reason}\\. Its .*B of weights .*--yes`) };
    await assert.rejects(ask({ do: 'add', names: [name], acceptLicence: true }), refused);
    assert.equal((await row(name)).state, 'offered');
  }
  await assert.rejects(ask({ do: 'add', names: ['flux-1-dev'], acceptLicence: true, yes: true }), /404/);
  for (const name of ['sd-1.5', 'isnet', 'rife-4.6', 'nsfwjs', 'kokoro', 'real-esrgan-x4plus'])
    assert.equal((await row(name)).noEngine, null);
});

test('a model whose licence must be accepted is listed so, before and after it was asked for without that, until it is accepted', async (context) => {
  const { ask, row, show } = await shelfOf(context);
  const stands = async () => {
    const { state, problem } = await row('sd-1.5');
    return [state, problem];
  };
  assert.deepEqual(await stands(), ['offered', 'licence not accepted']);
  assert.equal((await show('sd-1.5')).problem, 'licence not accepted');
  await assert.rejects(ask({ do: 'add', names: ['sd-1.5'] }), { name: 'LicenceWanted', message: /--accept-licence/ });
  assert.deepEqual(await stands(), ['offered', 'licence not accepted']);
  assert.match((await show('sd-1.5')).problem ?? '', /its licence is not accepted, and nothing was fetched/);
  await assert.rejects(ask({ do: 'add', names: ['sd-1.5'], acceptLicence: true }), /404/);
  const [state, problem] = await stands();
  assert.deepEqual([state, /404/.test(problem ?? '')], ['failed', true]);
  assert.deepEqual([(await row('real-esrgan-x4plus')).state, (await row('real-esrgan-x4plus')).problem], ['offered', null]);
});
