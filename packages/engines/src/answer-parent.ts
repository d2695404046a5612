import { answerFileDescriptor, type Failed, type Numbered, requestFileDescriptor } from './answering-process.ts';
import { putArrays, takeArrays } from './shared-arrays.ts';

/** The child's side of `startAnsweringProcess`: answers each message with what `handle` gives or with why it failed, and ends when the parent is gone. */
export function answerParent<Request, Answer>(handle: (request: Request) => Answer | Promise<Answer>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, place, body }: Numbered<Request>) => {
    const answer = (given: Answer | Failed): void => {
      const shared = { file: place === null ? null : answerFileDescriptor, place: place ?? 0 };
      process.send?.({ id, place, body: putArrays(given, shared) } satisfies Numbered<Answer | Failed>);
    };
    try {
      answer(await handle(takeArrays(body, place === null ? null : requestFileDescriptor)));
    } catch (error) {
      answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
}
