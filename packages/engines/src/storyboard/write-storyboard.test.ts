import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CapabilityInput, WrittenStoryboard } from '@filmwright/contracts';
import { chatServersFile } from './chat-keys.ts';
import { listChatServers } from './chat-servers.ts';
import { ownShare, saidShare } from './check-storyboard.ts';
import { storyboardJsonSchema } from './storyboard-schema.ts';
import { type Reply, refusal, startChatServer, streamed, whole } from './testing/chat-server.ts';
import { writeStoryboard } from './write-storyboard.ts';

const key = 'sk-never-to-be-seen';
const input: CapabilityInput<'storyboard'> = {
  ...{ model: 'tiny@0123456789ab', script: 'A lamp waits. It is blue.', language: 'en', wishes: '', seed: 7, drawings: false },
  media: [{ file: 'lamp.jpg', kind: 'picture', note: 'a blue lamp' }],
};
const storyboard: WrittenStoryboard = {
  title: 'A lamp',
  shots: [
    {
      ...{ kind: 'opening', heading: 'A lamp', points: [], seconds: null },
      lines: [{ speaker: null, text: 'A lamp waits. It is blue.' }],
      visual: { show: 'picture', file: 'lamp.jpg' },
    },
  ],
};
const good = JSON.stringify(storyboard);

async function serverOf(t: TestContext, replies: readonly Reply[], more: object = {}) {
  const running = await startChatServer(replies);
  t.after(running.close);
  const home = await mkdtemp(join(tmpdir(), 'filmwright-chat-'));
  t.after(() => rm(home, { recursive: true }));
  const named = { name: 'tiny', url: running.url, model: 'tiny-model', keyFrom: 'CHAT_KEY', licence: 'Apache-2.0', ...more };
  await writeFile(join(home, chatServersFile), JSON.stringify({ servers: [named] }));
  const [server] = await listChatServers({ home, env: { CHAT_KEY: key } });
  assert.ok(server);
  return { ...running, server };
}

/** The head of a stream and nothing else; `then` once that is on its way. */
function opened(response: ServerResponse, then: () => void): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': on\n', then);
}

test('a storyboard is asked for by its schema, comes as it is written, and tells who wrote it', async (t) => {
  const { server, asked } = await serverOf(t, [streamed(`<think>so</think>\n\`\`\`json\n${good}\n\`\`\``)]);
  const percents: number[] = [];
  const written = await writeStoryboard(input, { server, onPercent: (percent) => percents.push(percent) });
  assert.deepEqual(written.storyboard, storyboard);
  assert.deepEqual([written.rounds, written.notices, written.credit.name, written.credit.licence], [1, [], 'tiny', 'Apache-2.0']);
  assert.ok(percents.length > 3 && percents.every((percent, at) => percent >= (percents[at - 1] ?? 0) && percent < 100));
  const [first] = asked;
  assert.equal(first?.path, '/v1/chat/completions');
  assert.equal(first?.headers.authorization, `Bearer ${key}`);
  assert.deepEqual([first?.body['model'], first?.body['stream'], first?.body['seed']], ['tiny-model', true, 7]);
  assert.deepEqual(
    (first?.body['response_format'] as { json_schema: { schema: unknown } } | undefined)?.json_schema.schema,
    storyboardJsonSchema(input),
  );
});

test('what nobody can see is taken out of what a model wrote', async (t) => {
  const hidden = good.replace('A lamp waits.', 'A \\u0000lamp\\u202e waits.');
  const { server } = await serverOf(t, [whole(hidden)]);
  assert.deepEqual((await writeStoryboard(input, { server })).storyboard, storyboard);
});

test('the schema says every property, allows nothing else, and offers only what can be shown', () => {
  const text = JSON.stringify(storyboardJsonSchema(input));
  assert.match(text, /"enum":\["lamp.jpg"\]/);
  assert.doesNotMatch(text, /"drawing"|maxLength|minItems|oneOf/);
  const bare = JSON.stringify(storyboardJsonSchema({ media: [], drawings: true }));
  assert.match(bare, /"drawing"/);
  assert.doesNotMatch(bare, /"picture"/);
  const check = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, required, additionalProperties } = node as {
      properties?: object;
      required?: string[];
      additionalProperties?: unknown;
    };
    if (properties !== undefined) assert.deepEqual([required?.toSorted(), additionalProperties], [Object.keys(properties).sort(), false]);
    for (const child of Object.values(node)) check(child);
  };
  check(storyboardJsonSchema(input));
});

test('an answer that cannot be used is sent back once with what is wrong, and a second one is the end', async (t) => {
  const wrong = { ...storyboard, shots: [{ ...storyboard.shots[0], visual: { show: 'picture', file: 'other.jpg' } }] };
  const mended = await serverOf(t, [streamed('{"title": "A la'), streamed(good)]);
  const written = await writeStoryboard(input, { server: mended.server });
  assert.equal(written.rounds, 2);
  const messages = mended.asked[1]?.body['messages'] as readonly { readonly role: string; readonly content: string }[];
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user', 'assistant', 'user'],
  );
  assert.match(messages[3]?.content ?? '', /the answer is no JSON/);
  const hopeless = await serverOf(t, [whole(JSON.stringify(wrong)), whole('{"title":"x","shots":[{}]}')]);
  await assert.rejects(writeStoryboard(input, { server: hopeless.server }), {
    code: 'program-failed',
    retryable: false,
    message: /in two rounds: shots\.0\.kind/,
  });
  assert.match(JSON.stringify(hopeless.asked[1]?.body['messages']), /other\.jpg.{1,6} is no file that was given/);
  assert.equal(hopeless.asked.length, 2);
});

test('a busy server is asked again, one that stays silent or breaks off is left, and no message holds the key', async (t) => {
  const busy = await serverOf(t, [
    refusal(429, { headers: { 'retry-after': '0' } }),
    refusal(503, { headers: { 'retry-after': '0' } }),
    whole(good),
  ]);
  assert.equal((await writeStoryboard(input, { server: busy.server })).rounds, 1);
  assert.equal(busy.asked.length, 3);
  const silent = await serverOf(t, [(response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': on\n')]);
  const patient = { ...silent.server, silenceMs: 60 };
  await assert.rejects(writeStoryboard(input, { server: patient }), { code: 'unavailable', message: /sent nothing within 0\.06 s/ });
  const dripping: Reply = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => response.write(': on\n'), 10);
    response.on('close', () => clearInterval(timer));
  };
  const slow = await serverOf(t, [dripping]);
  await assert.rejects(writeStoryboard(input, { server: { ...slow.server, deadlineMs: 80 } }), { message: /was not done within 0\.08 s/ });
  const cut = await serverOf(t, [(response) => opened(response, () => response.destroy())]);
  await assert.rejects(writeStoryboard(input, { server: cut.server }), { code: 'unavailable', message: /broke off/ });
  const refusing = await serverOf(t, [refusal(401, { message: `bad key ${key}` })]);
  await assert.rejects(writeStoryboard(input, { server: refusing.server }), (error: Error) => {
    assert.match(error.message, /HTTP 401: bad key \(key\)\. Check the key/);
    assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /sk-never/);
    return true;
  });
  for (const text of [`{"error":"bad ${key}"}`, `<b>${key}</b>`, `{"choices":[{"message":{"refusal":"not with ${key}"}}]}`]) {
    const telling = await serverOf(t, [(response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text)]);
    await assert.rejects(writeStoryboard(input, { server: telling.server }), (error: Error) => {
      assert.match(error.message, /\(key\)/);
      assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)}`, /sk-never/);
      return true;
    });
  }
  const absent = { ...busy.server, url: 'http://127.0.0.1:1/v1' };
  await assert.rejects(writeStoryboard(input, { server: absent }), (error: Error) => {
    assert.match(error.message, /does not answer: (?:ECONNREFUSED|bad port)/);
    assert.doesNotMatch(error.message, /127\.0\.0\.1/);
    return true;
  });
  const elsewhere = await serverOf(t, [refusal(307, { headers: { location: 'http://127.0.0.1:1/v1/chat/completions' } })]);
  await assert.rejects(writeStoryboard(input, { server: elsewhere.server }), { code: 'program-failed', message: /points elsewhere/ });
});

test('an answer without end is cut, one that was cut off says so, and what speaks another protocol is told', async (t) => {
  const endless: Reply = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const more = (): void => {
      while (
        !response.destroyed &&
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: 'x'.repeat(60_000) } }] })}\n\n`)
      );
    };
    response.on('drain', more).on('error', () => {});
    more();
  };
  const huge = await serverOf(t, [endless]);
  await assert.rejects(writeStoryboard(input, { server: huge.server }), { code: 'program-failed', message: /more than 4194304 bytes/ });
  const short = await serverOf(t, [streamed('{"title"', { finish: 'length' })]);
  await assert.rejects(writeStoryboard(input, { server: short.server }), { code: 'program-failed', message: /cut off/ });
  const page = await serverOf(t, [(response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')]);
  await assert.rejects(writeStoryboard(input, { server: page.server }), {
    code: 'program-failed',
    message: /does not speak the chat protocol/,
  });
});

test('a writing that is stopped ends its connection with its reason', async (t) => {
  const stop = new AbortController();
  const held = await serverOf(t, [(response) => opened(response, () => stop.abort(new Error('enough')))]);
  await assert.rejects(writeStoryboard(input, { server: held.server, signal: stop.signal }), /enough/);
  await held.broken;
});

test('servers are those of the file alone, by addresses without secrets', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-chat-'));
  t.after(() => rm(home, { recursive: true }));
  assert.deepEqual(await listChatServers({ home, env: {} }), []);
  const write = (server: object) =>
    writeFile(join(home, chatServersFile), JSON.stringify({ servers: [{ name: 'a', model: 'm', ...server }] }));
  for (const url of ['ftp://127.0.0.1/v1', 'http://me:secret@127.0.0.1/v1', 'http://127.0.0.1/v1?key=1', 'nowhere']) {
    await write({ url });
    await assert.rejects(listChatServers({ home, env: {} }), { code: 'request-invalid', message: /servers\.0\.url/ });
  }
  await write({ url: 'http://127.0.0.1:8080/v1/', keyFrom: 'NOT_SET' });
  await assert.rejects(listChatServers({ home, env: {} }), { message: /NOT_SET, which is not set/ });
  await write({ url: 'http://127.0.0.1:8080/v1/', keyFrom: 'SPLIT' });
  await assert.rejects(listChatServers({ home, env: { SPLIT: 'sk-never\nsplit' } }), (error: Error) => {
    assert.match(error.message, /SPLIT has blanks or letters that no key has/);
    return !error.message.includes('sk-never');
  });
  const [trimmed] = await listChatServers({ home, env: { SPLIT: 'sk-1\n' } });
  assert.deepEqual([trimmed?.key, trimmed?.licence, trimmed?.commercialUse], ['sk-1', 'unknown', 'unclear']);
  await write({ url: 'http://127.0.0.1:8080/v1/' });
  const [server] = await listChatServers({ home, env: {} });
  assert.deepEqual([server?.url, server?.key], ['http://127.0.0.1:8080/v1', null]);
  assert.match(server?.ref ?? '', /^a@[0-9a-f]{12}$/);
});

test('words of the script that are left out are counted, and those that are not in it', () => {
  assert.equal(saidShare(input.script, storyboard), 1);
  assert.equal(saidShare('A lamp waits. It is blue. It is old and it is dear.', storyboard) < 0.7, true);
  assert.equal(ownShare(input.script, storyboard), 0);
  assert.equal(ownShare('A lamp waits.', storyboard), 0.5);
});
