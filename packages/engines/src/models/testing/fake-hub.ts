import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the fake hub saw it. */
export type SeenRequest = {
  readonly host: 'hub' | 'cdn';
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly token: string | null;
};
export type FakeRepository = {
  readonly files: Readonly<Record<string, Buffer>>;
  readonly licence?: string | readonly string[];
  readonly gated?: boolean;
};
/** What goes wrong for a path, once each: the connection is cut after so many bytes, or an answer with a status comes first. */
export type FakeTrouble = {
  readonly cutAfterBytes?: number;
  readonly status?: number;
  readonly retryAfter?: string;
  readonly slow?: boolean;
  readonly damaged?: boolean;
};

/** A hub with the Hugging Face layout: its interface and small files on one host, large files by redirect from another, with ranges. */
export type FakeHub = {
  readonly url: string;
  readonly requests: SeenRequest[];
  readonly repositories: Map<string, FakeRepository>;
  readonly trouble: Map<string, FakeTrouble[]>;
  /** Other bytes under the same address. */
  readonly replace: (commit: string, repository: FakeRepository) => void;
  /** Bytes of bodies that were sent. */
  readonly sentBytes: () => number;
  readonly close: () => Promise<void>;
};

/** Files from this size on are large: kept as LFS pointers, served by the other host. */
export const largeFromBytes = 1000;
export const hubToken = 'token-of-the-tests';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const gitOid = (bytes: Buffer): string => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
/** The commit of a repository's present files. */
export const commitOf = ({ files }: FakeRepository): string =>
  createHash('sha1')
    .update(
      Object.entries(files)
        .map(([path, bytes]) => path + sha256(bytes))
        .join(),
    )
    .digest('hex');

/** Starts the two hosts on free ports. */
export async function startFakeHub(): Promise<FakeHub> {
  const requests: SeenRequest[] = [];
  const repositories = new Map<string, FakeRepository>();
  const commits = new Map<string, FakeRepository>();
  const trouble = new Map<string, FakeTrouble[]>();
  let sent = 0;
  const note = (host: 'hub' | 'cdn', { url = '', headers }: IncomingMessage): string => {
    const path = decodeURIComponent(url);
    requests.push({
      host,
      path,
      range: headers.range ?? null,
      ifRange: (headers['if-range'] as string | undefined) ?? null,
      token: headers.authorization ?? null,
    });
    return path;
  };
  const troubled = (path: string, response: ServerResponse): FakeTrouble | null => {
    const next = trouble.get(path)?.shift() ?? null;
    if (next?.status === undefined) return next;
    response.writeHead(next.status, next.retryAfter === undefined ? {} : { 'retry-after': next.retryAfter }).end('not now');
    return next;
  };
  const sendBytes = (
    request: IncomingMessage,
    response: ServerResponse,
    { bytes, what }: { readonly bytes: Buffer; readonly what: FakeTrouble | null },
  ): void => {
    const etag = `"${sha256(bytes)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const fits = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const start = fits ? from : 0;
    if (start >= bytes.length && start > 0) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const body = what?.damaged === true ? Buffer.alloc(bytes.length - start, 7) : bytes.subarray(start);
    const range = start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(start > 0 ? 206 : 200, { etag, 'content-length': body.length, 'accept-ranges': 'bytes', ...range });
    const cut = what?.cutAfterBytes;
    if (cut !== undefined || what?.slow === true) {
      const part = body.subarray(0, cut ?? Math.floor(body.length / 2));
      sent += part.length;
      // A slow one stays open with half of its bytes sent.
      response.write(part, () => what?.slow !== true && setTimeout(() => response.destroy(), 20));
      return;
    }
    sent += body.length;
    response.end(body);
  };
  const cdn = createServer((request, response) => {
    const path = note('cdn', request);
    const what = troubled(path, response);
    if (response.writableEnded) return;
    const [, commit = '', ...rest] = path.split('/');
    const bytes = commits.get(commit)?.files[rest.join('/')];
    if (bytes === undefined) response.writeHead(404).end();
    else sendBytes(request, response, { bytes, what });
  });
  const cdnUrl = await listen(cdn);
  const hub = createServer((request, response) => {
    const path = note('hub', request);
    const what = troubled(path, response);
    if (response.writableEnded) return;
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/?]+)(\?.*)?$/.exec(path);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const name = api?.[1] ?? file?.[1] ?? '';
    const repository = repositories.get(name);
    const json = (value: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (repository === undefined) response.writeHead(404).end('Repository not found');
    else if (repository.gated === true && request.headers.authorization !== `Bearer ${hubToken}`)
      response.writeHead(401).end(`Access to model ${name} is restricted.`);
    else if (api?.[2] === 'revision') {
      commits.set(commitOf(repository), repository);
      json({
        sha: commitOf(repository),
        gated: repository.gated ? 'manual' : false,
        cardData: { license: repository.licence ?? 'apache-2.0' },
      });
    } else if (api !== null) {
      // Two pages, as a large repository has.
      const all = Object.entries((commits.get(api[3] ?? '') ?? repository).files).map(([at, bytes]) => ({
        type: 'file',
        path: at,
        size: bytes.length,
        oid: gitOid(bytes),
        ...(bytes.length >= largeFromBytes ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } } : {}),
      }));
      const second = path.includes('cursor=');
      const page = second ? all.slice(1) : all.slice(0, 1);
      json(page, second ? {} : { link: `<${path}&cursor=2>; rel="next"` });
    } else {
      const [, , commit = '', at = ''] = file ?? [];
      const bytes = commits.get(commit)?.files[at];
      if (bytes === undefined) response.writeHead(404).end('Entry not found');
      else if (bytes.length >= largeFromBytes) response.writeHead(302, { location: `${cdnUrl}/${commit}/${at}` }).end();
      else sendBytes(request, response, { bytes, what });
    }
  });
  const url = await listen(hub);
  const close = async (): Promise<void> => {
    for (const server of [hub, cdn]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return {
    url,
    requests,
    repositories,
    trouble,
    replace: (commit, repository) => void commits.set(commit, repository),
    sentBytes: () => sent,
    close,
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Another name for the same machine makes another host of it.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
