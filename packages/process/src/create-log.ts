const levels = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** Writes one JSON line; `fields` say what it is about: `buildId`, `task`, `problem`. */
export type Log = (level: keyof typeof levels, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** `least`: the name of a level below which lines are left out, 'info' where it names none; `write` defaults to standard error. */
export type LogOptions = { readonly app: string; readonly least?: string; readonly write?: (line: string) => void };

/** A log in the form of pino, which the gateway writes, so that the lines of all processes can be read together. */
export function createLog({ app, least = 'info', write = (line) => process.stderr.write(line) }: LogOptions): Log {
  const floor = least in levels ? levels[least as keyof typeof levels] : levels.info;
  return (level, message, fields = {}) => {
    if (levels[level] < floor) return;
    write(`${JSON.stringify({ level: levels[level], time: Date.now(), pid: process.pid, app, ...fields, msg: message })}\n`);
  };
}
