import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { breakDownScript } from '@filmwright/core/storyboard/break-down-script';
import { workingModels } from '../probe-models.ts';
import type { TaskContext } from '../run-task.ts';
import { runStoryboard } from './storyboard.ts';

test('a runner offers the chat servers of its home by their names, and has the one that a task names write', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-writer-'));
  t.after(() => rm(home, { recursive: true }));
  const script = 'A lamp waits. It is blue.';
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ choices: [{ message: { content: JSON.stringify(breakDownScript(script)) } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const settings = { name: 'writer', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, model: 'm' };
  const write = (servers: unknown) => writeFile(join(home, 'chat-servers.json'), JSON.stringify({ servers }));
  await write([settings, { ...settings, name: 'other' }]);
  const { modelsFor, warnings } = await workingModels({ home, tried: false });
  const [ref, other] = modelsFor.storyboard ?? [];
  assert.match(`${ref} ${other}`, /^writer@[0-9a-f]{12} other@[0-9a-f]{12}$/);
  assert.deepEqual(warnings, []);
  const payload = { script, language: 'en', media: [], drawings: false, wishes: '', seed: 1 };
  const percents: number[] = [];
  const context = { home, progress: (percent: number) => percents.push(percent) } as unknown as TaskContext;
  const { storyboard, credit } = await runStoryboard({ ...payload, model: ref ?? '' }, context);
  assert.deepEqual([storyboard.shots[0]?.lines[0]?.text, credit.name, percents.length], [script, 'writer', 1]);
  await assert.rejects(runStoryboard({ ...payload, model: 'writer@000000000000' }, context), {
    code: 'model-unavailable',
    message: /its servers are writer@/,
  });
  await write([{ ...settings, url: 'file:///etc/passwd' }]);
  const refused = await workingModels({ home, tried: false });
  assert.equal(refused.modelsFor.storyboard, undefined);
  assert.match(refused.warnings.join(), /No chat server is offered: .*servers\.0\.url/);
});
