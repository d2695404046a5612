const levels = { info: 30, warn: 40, error: 50 } as const;

/** Writes one JSON line to standard error, in the shape the gateway's logs have. */
export function log(level: keyof typeof levels, fields: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ level: levels[level], time: Date.now(), pid: process.pid, app: 'runner', ...fields })}\n`);
}
