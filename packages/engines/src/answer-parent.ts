import type { Failed, Numbered } from './answering-process.ts';

/** The child's side of `startAnsweringProcess`: answers each message with what `handle` gives or with why it failed, and ends when the parent is gone. */
export function answerParent<Request, Answer>(handle: (request: Request) => Answer | Promise<Answer>): void {
  const answer = (message: Numbered<Answer | Failed>): void => void process.send?.(message);
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, body }: Numbered<Request>) => {
    try {
      answer({ id, body: await handle(body) });
    } catch (error) {
      answer({ id, body: { kind: 'failed', message: error instanceof Error ? error.message : String(error) } });
    }
  });
}
