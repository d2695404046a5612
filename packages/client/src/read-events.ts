/** One event of a server-sent event stream. */
export type ServerEvent = { readonly event: string; readonly id: string; readonly data: string };

/** Reads a text/event-stream (WHATWG HTML, "server-sent events"); `onBytes` hears every arrival, comments included. */
export async function* readEvents(body: ReadableStream<Uint8Array>, onBytes: () => void = () => {}): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  let event = newEvent();
  let lastId = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      rest += decoder.decode(value, { stream: true });
      // A CR at the end may be half of a CRLF: it waits for what follows.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line !== '') {
          lastId = readField(line, event) ?? lastId;
          continue;
        }
        if (event.data.length > 0) yield { event: event.name || 'message', id: lastId, data: event.data.join('\n') };
        event = newEvent();
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

type Pending = { name: string; data: string[] };

function newEvent(): Pending {
  return { name: '', data: [] };
}

/** Takes one line into the event; returns the id if the line sets one. */
function readField(line: string, event: Pending): string | undefined {
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'event') event.name = value;
  else if (field === 'data') event.data.push(value);
  else if (field === 'id' && !value.includes('\0')) return value;
  return undefined;
}
