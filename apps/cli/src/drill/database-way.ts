import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way of one part to the database, on a port of 127.0.0.1 of its own that stays where the database goes elsewhere. */
export type DatabaseWay = {
  readonly port: number;
  /** Nothing comes through in either direction, and the part is not told so; the database takes it for gone after a second. */
  readonly cut: () => void;
  /** What was cut comes through again; connections that the database gave up are broken by now. */
  readonly mend: () => void;
  /** Breaks every connection, as a machine does that goes away. */
  readonly hangUp: () => void;
  /** How many connections the database has given up so far. */
  readonly givenUp: () => number;
  readonly close: () => Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket };

/** So long after a cut the database has noticed it, as by keep-alive probes that nobody answers. */
const noticedAfterMs = 1000;

/** Opens a way to the port that `to` says at the time of each connection. */
export async function openDatabaseWay(to: () => number): Promise<DatabaseWay> {
  const pairs = new Set<Pair>();
  let isCut = false;
  let givenUp = 0;
  let noticing: NodeJS.Timeout | undefined;
  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  };
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: to() });
    const pair = { near, far };
    pairs.add(pair);
    pass(near, far);
    pass(far, near);
    // While it is cut, what ends on one side is not heard of on the other.
    for (const socket of [near, far]) socket.once('close', () => (isCut && socket === far ? undefined : end(pair)));
  });
  const pass = (one: Socket, other: Socket): void => {
    one.setNoDelay(true);
    one.on('error', () => {});
    one.on('data', (part) => {
      if (!other.write(part) || isCut) one.pause();
    });
    other.on('drain', () => void (isCut || one.resume()));
    if (isCut) one.pause();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.pause();
      noticing = setTimeout(() => {
        for (const { far } of pairs) {
          if (!far.destroyed) givenUp++;
          far.destroy();
        }
      }, noticedAfterMs);
    },
    mend() {
      clearTimeout(noticing);
      isCut = false;
      for (const pair of pairs) {
        if (pair.far.destroyed) end(pair);
        else for (const socket of [pair.near, pair.far]) socket.resume();
      }
    },
    hangUp() {
      for (const pair of pairs) end(pair);
    },
    givenUp: () => givenUp,
    async close() {
      clearTimeout(noticing);
      for (const pair of pairs) end(pair);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
