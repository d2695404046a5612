import '../no-eval.ts';
import { changesBetween, plainText, productFromText, readDocument, readTimeline, storyboardFromScript } from '@filmwright/core';
import type { CoreMessage, CoreReply } from './core-requests.ts';

/** Answers in the order of the questions. */
self.addEventListener('message', (event: MessageEvent<CoreMessage>) => {
  const { id } = event.data;
  let reply: CoreReply;
  try {
    reply = { id, reply: answer(event.data) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(reply);
});

function answer(message: CoreMessage): unknown {
  switch (message.name) {
    case 'check':
      return readDocument(message.ask.document).issues;
    case 'script': {
      const plain = plainText(message.ask.text);
      return { ...plain, shots: storyboardFromScript(plain.text, { language: message.ask.language }) };
    }
    case 'product':
      return productFromText(message.ask.text, message.ask.language);
    case 'changes':
      return changesBetween(message.ask.before, message.ask.after);
    case 'timeline': {
      const { document, issues, files } = readTimeline(message.ask.text);
      return { document, issues, files };
    }
    case 'unfold':
      return readDocument(message.ask.document).film;
  }
}
