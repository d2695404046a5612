import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';

/** A gateway's door behind a self-signed certificate: it exchanges one token, rotates and knows who may in, as the records do (SPEC.md there, C). */
export type Door = {
  readonly url: string;
  readonly fingerprint: string;
  /** How many secrets are let in. */
  readonly accepted: () => number;
  readonly revoke: () => void;
  /** Puts back what was let in before the last rotation, as a database does that lost it with its machine. */
  readonly loseRotation: () => void;
  /** Words that requests brought. */
  readonly brought: string[];
  /** Makes it answer so many requests with a broken connection after it did what was asked. */
  readonly loseReplies: (count: number) => void;
  /** Says the last request to rotate again, as a message does that was under way for long. */
  readonly repeatRotation: () => void;
};

type Known = { readonly secret: string; readonly next: string | null };
type Pem = { readonly cert: string; readonly key: string };

/** A self-signed certificate for a name that is not that of the address; for a key that is there already where one is given. */
export function madeCertificate(context: TestContext, known?: Pick<Pem, 'key'>): Pem {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-door-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  if (known !== undefined) writeFileSync(key, known.key);
  const drawn = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  const of = known === undefined ? drawn : ['-key', key];
  execFileSync('openssl', ['req', '-x509', ...of, '-subj', '/CN=elsewhere', '-days', '2', '-out', cert], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** Opens a door that lets in whoever brings `token`, once; closed after the test. */
export async function openDoor(
  context: TestContext,
  { pem, token, port = 0 }: { readonly pem: Pem; readonly token: string; readonly port?: number },
): Promise<Door> {
  const brought: string[] = [];
  let losing = 0;
  let known: Known = { secret: '', next: null };
  let before = known;
  let rotate = (): void => {};
  const id = '01890000-0000-7000-8000-000000000001';
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const word = (request.headers.authorization ?? '').replace('Bearer ', '');
    brought.push(word);
    let text = '';
    for await (const part of request) text += String(part);
    const body = (text === '' ? {} : JSON.parse(text)) as { readonly secretHash?: string };
    const say = (status: number, value?: unknown): void => {
      if (losing > 0) {
        losing--;
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(value === undefined ? undefined : JSON.stringify(value));
    };
    const refuse = (): void =>
      say(401, { type: 'x', title: 'x', status: 401, code: 'unauthorized', detail: 'This is not let in.', retryable: false });
    if (request.url === '/v1/runner-credentials') {
      if (word !== token || (known.secret !== '' && known.secret !== body.secretHash)) return refuse();
      known = { secret: body.secretHash ?? '', next: null };
      return say(201, { id, name: 'box', pool: 'far' });
    }
    const own = hashOfSecret(word);
    if (own !== known.secret && own !== known.next) return refuse();
    // The first use of a secret ends the one before it.
    if (own === known.next)
      [before, known] = [
        { secret: known.secret, next: null },
        { secret: own, next: null },
      ];
    if (request.url === '/v1/runner-credentials/rotate') {
      const wanted = body.secretHash ?? '';
      rotate = () => {
        if (wanted !== known.secret) known = { ...known, next: wanted };
      };
      rotate();
      return say(204);
    }
    return say(404);
  };
  const server: Server = createServer(pem, (request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  context.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const der = Buffer.from(pem.cert.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fingerprint: createHash('sha256').update(der).digest('base64url'),
    accepted: () => [known.secret, known.next].filter(Boolean).length,
    revoke: () => {
      known = { secret: 'nobody', next: null };
    },
    loseRotation: () => {
      known = before;
    },
    brought,
    loseReplies: (count) => {
      losing = count;
    },
    repeatRotation: () => rotate(),
  };
}
