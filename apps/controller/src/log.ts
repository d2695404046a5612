/** Writes one JSON line to standard error; `buildId` says which build it is about. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void;

const levels = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** A log in the form of pino, so that all processes can be read together; lines below `least` are left out. */
export function createLog(least: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const floor = least in levels ? levels[least as keyof typeof levels] : levels.info;
  return (level, message, fields = {}) => {
    if (levels[level] < floor) return;
    write(`${JSON.stringify({ level: levels[level], time: Date.now(), pid: process.pid, app: 'controller', ...fields, msg: message })}\n`);
  };
}

/** What an error says, for a log line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
