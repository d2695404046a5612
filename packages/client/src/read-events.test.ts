import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEvents, type ServerEvent } from './read-events.ts';

const encoder = new TextEncoder();

async function read(chunks: readonly (string | Uint8Array)[]): Promise<readonly ServerEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const stream =
  'retry: 1000\n\n: a comment\nevent: build\nid: 7\ndata: {"a":\ndata:1}\n\ndata: plain\r\n\r\nid: 8\rdata:  two spaces\r\revent: empty\n\ndata: äöü€🎬\n\ndata: cut off';
const wanted = [
  { event: 'build', id: '7', data: '{"a":\n1}' },
  { event: 'message', id: '7', data: 'plain' },
  { event: 'message', id: '8', data: ' two spaces' },
  { event: 'message', id: '8', data: 'äöü€🎬' },
];

test('events are read with every kind of line end, many data lines, comments and kept ids', async () => {
  assert.deepEqual(await read([stream]), wanted);
});

test('it does not matter where the stream is cut', async () => {
  const bytes = encoder.encode(stream);
  for (let at = 0; at <= bytes.length; at++)
    assert.deepEqual(await read([bytes.subarray(0, at), bytes.subarray(at)]), wanted, `cut at ${at}`);
  assert.deepEqual(await read([...bytes].map((byte) => Uint8Array.of(byte))), wanted);
});
