import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FilmwrightError, fromProblem, type Problem } from '@filmwright/contracts';

export type ShelfRequest =
  | { readonly do: 'list-voices' | 'list-models'; readonly home: string }
  | { readonly do: 'install-voice'; readonly home: string; readonly name: string }
  | { readonly do: 'add-voice'; readonly home: string; readonly folder: string }
  | { readonly do: 'install-model'; readonly home: string; readonly name: string; readonly acceptLicence: boolean };

/** Has the runner's program look at or fill the shelves of voices and models; its messages go to standard error. */
export async function runShelf<T>(request: ShelfRequest): Promise<T> {
  const entry = fileURLToPath(new URL('../../../runner/src/shelf-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await new Promise<void>((resolve) => child.once('close', () => resolve()));
  const line = text.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new FilmwrightError('internal', `${request.do} ended without an answer.`);
  const reply = JSON.parse(line) as { readonly value?: T; readonly problem?: Problem };
  if (reply.problem !== undefined) throw fromProblem(reply.problem);
  return reply.value as T;
}
