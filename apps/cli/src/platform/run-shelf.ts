import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FilmwrightError, fromProblem, type ModelsRequest, type Problem } from '@filmwright/contracts';
import { proxiedEnvironment } from '@filmwright/process/proxied';

export type ShelfRequest =
  | { readonly do: 'list-voices'; readonly home: string }
  | { readonly do: 'install-voice'; readonly home: string; readonly name: string }
  | { readonly do: 'add-voice'; readonly home: string; readonly folder: string }
  | { readonly do: 'models'; readonly home: string; readonly models: ModelsRequest };

/** Has the runner's program look at or fill the shelves of voices and models; its messages go to standard error, its progress to `onProgress`. */
export async function runShelf<T>(request: ShelfRequest, onProgress: (progress: unknown) => void = () => {}): Promise<T> {
  const entry = fileURLToPath(new URL('../../../runner/src/shelf-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: proxiedEnvironment(process.env),
  });
  let last = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{"progress":')) onProgress((JSON.parse(line) as { readonly progress: unknown }).progress);
      else last = line;
    }
  });
  await new Promise<void>((resolve) => child.once('close', () => resolve()));
  const line = (rest || last).trim();
  if (!line.startsWith('{')) throw new FilmwrightError('internal', `${request.do} ended without an answer.`);
  const reply = JSON.parse(line) as { readonly value?: T; readonly problem?: Problem };
  if (reply.problem !== undefined) throw fromProblem(reply.problem);
  return reply.value as T;
}
