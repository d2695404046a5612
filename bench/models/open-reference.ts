import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Seconds of a round, and processor seconds. */
export type RoundTimes = { readonly seconds: number; readonly cpuSeconds: number };

/** The same network in Python's onnxruntime, which runs beside ours (`PYTHON` names the interpreter). */
export type Reference = {
  /** Of onnxruntime. */
  readonly version: string;
  /** One round at a time. */
  readonly ask: (wanted: object) => Promise<RoundTimes>;
  readonly end: () => void;
};

/** Starts a script of this folder and waits until it has loaded its networks; its errors go to ours. */
export async function openReference(script: string, args: readonly string[]): Promise<Reference> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.env['PYTHON'] ?? 'python3', ['-B', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${script} ended without an answer.`);
    return JSON.parse(value);
  };
  const { version } = (await heard()) as { readonly version: string };
  return {
    version,
    ask(wanted) {
      child.stdin.write(`${JSON.stringify(wanted)}\n`);
      return heard() as Promise<RoundTimes>;
    },
    end: () => void child.stdin.end(),
  };
}
