import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { type AskLimits, overrunOf } from '../answering-process.ts';

export type ProgramRun = AskLimits & {
  readonly args: readonly string[];
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
};

const keptErrorBytes = 2000;

/** Runs a program to its end and gives its standard output; throws `program-missing`, `program-failed` with its last words, or `task-stuck` past its deadline. */
export function runProgram(program: string, { args, input, cwd, env, signal, deadlineMs }: ProgramRun): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(cwd ? { cwd } : {}),
      ...(env ? { env } : {}),
      ...(signal ? { signal } : {}),
    });
    let late = false;
    const overrun = (): void => {
      late = true;
      child.kill('SIGKILL');
    };
    const timer = deadlineMs === undefined ? undefined : setTimeout(overrun, deadlineMs);
    const out: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-keptErrorBytes);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (signal?.aborted) reject(signal.reason);
      else if (error.code === 'ENOENT')
        reject(new FilmwrightError('program-missing', `The program ${program} was not found. Install it and try again.`));
      else reject(error);
    });
    child.on('close', (code, killed) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out));
      else if (late) reject(overrunOf(`The program ${program} did not end`, deadlineMs ?? 0));
      else
        reject(
          new FilmwrightError(
            'program-failed',
            `${program} ended with ${killed ?? `status ${code}`}: ${said.trim() || 'it said nothing'}.`,
          ),
        );
    });
  });
}

/** The path of a program that PATH names, or null. */
export async function findProgram(name: string): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (
      folder !== '' &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  return null;
}
