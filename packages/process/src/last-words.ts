import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { mostLastCharacters, mostLastLines, type RunnerEnd } from '@filmwright/contracts';
import { withoutUnprintable } from '@filmwright/core/edit/plain-text';

/** What is kept of a process for whoever asks why it died: most memory that it and those below it held, null where that is not known, and the lines that it wrote last to its standard error. */
export type LastWords = Pick<RunnerEnd, 'peakMib' | 'lines'>;

/** A line of a log that is longer is cut off, and is none any more. */
const mostRestCharacters = 16_384;
const lookEveryMs = 500;
/** What a process wrote before it died is there by then. */
const readWithinMs = 200;
const kibPerMib = 1024;

/** Without what would steer the terminal of whoever reads it. */
const plain = (line: string): string =>
  withoutUnprintable(stripVTControlCharacters(line).replace(/\s+/g, ' ').trim().slice(0, mostLastCharacters));

export type Heeding = {
  /** Where what it writes goes on to; to the standard error of this process where it is left out. */
  readonly pass?: ((text: string) => void) | undefined;
  /** What is kept of a line; nothing where it is empty. */
  readonly keep?: (line: string) => string;
};

/** Passes on what a process writes to its standard error, which must be a pipe, keeps the last lines, and looks at its memory while it lives. */
export function heedLastWords(
  child: ChildProcess,
  { pass = passOn, keep = (line) => line }: Heeding = {},
): { readonly tell: () => Promise<LastWords>; readonly forget: () => void } {
  const lines: string[] = [];
  let rest = '';
  let peakKib = 0;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    pass(text);
    const parts = `${rest}${text}`.split('\n');
    rest = (parts.pop() ?? '').slice(-mostRestCharacters);
    lines.push(...parts.map((line) => plain(keep(line))).filter((line) => line !== ''));
    lines.splice(0, lines.length - mostLastLines);
  });
  const { pid } = child;
  const look = setInterval(() => {
    if (pid !== undefined) peakKib = Math.max(peakKib, heldKib(pid));
  }, lookEveryMs);
  look.unref();
  child.once('exit', () => clearInterval(look));
  const read = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    /** Lets go of what was written so far: what comes is of other work, maybe of another workspace. */
    forget() {
      lines.length = 0;
      rest = '';
    },
    async tell() {
      await Promise.race([read, sleep(readWithinMs, undefined, { ref: false })]);
      const said = [...lines, plain(keep(rest))].filter((line) => line !== '').slice(-mostLastLines);
      return { peakMib: peakKib === 0 ? null : Math.round(peakKib / kibPerMib), lines: said };
    },
  };
}

function passOn(text: string): void {
  process.stderr.write(text);
}

/** Memory of a process and of those below it (proc(5), status, VmHWM and VmRSS); 0 where the system does not say. */
export function heldKib(pid: number, field: 'VmHWM' | 'VmRSS' = 'VmHWM'): number {
  try {
    const held = Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return below.reduce((sum, each) => sum + heldKib(Number(each), 'VmRSS'), held);
  } catch {
    return 0;
  }
}
