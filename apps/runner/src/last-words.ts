import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { withoutUnprintable } from '@filmwright/core/edit/plain-text';

/** What is kept of a process for whoever asks why it died. */
export type LastWords = {
  /** A part of a sentence with the most memory that it and those below it held and the lines that it wrote last to its standard error; empty where nothing is known. */
  readonly tell: () => Promise<string>;
};

const mostLines = 8;
const mostCharacters = 300;
const lookEveryMs = 500;
/** What a process wrote before it died is there by then. */
const readWithinMs = 200;
const kibPerMib = 1024;

/** Without what would steer the terminal of whoever reads it. */
const plain = (line: string): string =>
  withoutUnprintable(stripVTControlCharacters(line).replace(/\s+/g, ' ').trim().slice(0, mostCharacters));

/** Passes on what a process writes to its standard error, which must be a pipe, keeps the last lines, and looks at its memory while it lives. */
export function heedLastWords(child: ChildProcess): LastWords {
  const lines: string[] = [];
  let rest = '';
  let peakKib = 0;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    const parts = `${rest}${text}`.split('\n');
    rest = (parts.pop() ?? '').slice(-mostCharacters);
    lines.push(...parts.map(plain).filter((line) => line !== ''));
    lines.splice(0, lines.length - mostLines);
  });
  const { pid } = child;
  const look = setInterval(() => {
    if (pid !== undefined) peakKib = Math.max(peakKib, heldKib(pid));
  }, lookEveryMs);
  look.unref();
  child.once('exit', () => clearInterval(look));
  const read = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async tell() {
      await Promise.race([read, sleep(readWithinMs, undefined, { ref: false })]);
      const said = [...lines, plain(rest)].filter((line) => line !== '').slice(-mostLines);
      const memory = peakKib === 0 ? [] : [`held ${Math.round(peakKib / kibPerMib)} MiB of memory at most`];
      const words = said.length === 0 ? [] : [`wrote last "${said.join(' | ')}"`];
      return [...memory, ...words].join(' and ');
    },
  };
}

/** Memory of a process and of those below it (proc(5), status, VmHWM and VmRSS); 0 where the system does not say. */
function heldKib(pid: number, field: 'VmHWM' | 'VmRSS' = 'VmHWM'): number {
  try {
    const held = Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return below.reduce((sum, each) => sum + heldKib(Number(each), 'VmRSS'), held);
  } catch {
    return 0;
  }
}
