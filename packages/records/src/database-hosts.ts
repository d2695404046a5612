/** The servers that a connection string names, `postgres://user:password@one:5432,two:5432/name`, of which one is asked at a time. */
export type DatabaseHosts = {
  /** Whether there are several: then a connection must be looked at whether it can be written on. */
  readonly areMany: boolean;
  /** The connection string of the one that is asked now. */
  readonly now: () => string;
  /** Turns to the next, since this one does not answer or is only read; calls that come together count as one. */
  readonly next: () => void;
};

const togetherMs = 150;
const known = new Map<string, DatabaseHosts>();
const several = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]+,[^/?]+)(.*)$/;

/** All connections of this process to the same servers turn together. */
export function databaseHosts(connectionString: string): DatabaseHosts {
  const before = known.get(connectionString);
  if (before !== undefined) return before;
  const [, start = '', list = '', end = ''] = several.exec(connectionString) ?? [];
  const all = list === '' ? [connectionString] : list.split(',').map((host) => `${start}${host}${end}`);
  let place = 0;
  let turnedMs = Number.NEGATIVE_INFINITY;
  const hosts: DatabaseHosts = {
    areMany: all.length > 1,
    now: () => all[place % all.length] ?? connectionString,
    next() {
      if (performance.now() - turnedMs < togetherMs) return;
      turnedMs = performance.now();
      place++;
    },
  };
  known.set(connectionString, hosts);
  return hosts;
}
