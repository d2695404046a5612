import '../no-eval.ts';
import {
  breakDownScript,
  changesBetween,
  filmOfStoryboard,
  plainText,
  productFromText,
  readDocument,
  readTimeline,
  textLanguage,
} from '@filmwright/core';
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
    case 'plain':
      return plainText(message.ask.text);
    case 'script': {
      const { text, media, voices } = message.ask;
      const language = textLanguage(text);
      const storyboard = breakDownScript(text, { language, media });
      return storyboard === null ? null : filmOfStoryboard(storyboard, { language, media, voices });
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
