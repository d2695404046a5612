import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A gateway's door behind a self-signed certificate: it exchanges one token, rotates and knows who may in. */
export type Door = {
  readonly url: string;
  readonly fingerprint: string;
  /** Digests of secrets that are let in. */
  readonly accepted: Set<string>;
  /** Words that requests brought. */
  readonly brought: string[];
  /** Makes it answer once with a broken connection after it did what was asked. */
  readonly loseReply: () => void;
};

type Pem = { readonly cert: string; readonly key: string };

/** A self-signed certificate for a name that is not that of the address. */
export function madeCertificate(context: TestContext): Pem {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-door-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=elsewhere', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Opens a door that lets in whoever brings `token`, once; closed after the test. */
export async function openDoor(
  context: TestContext,
  { pem, token, port = 0 }: { readonly pem: Pem; readonly token: string; readonly port?: number },
): Promise<Door> {
  const accepted = new Set<string>();
  const brought: string[] = [];
  let losing = false;
  const id = '01890000-0000-7000-8000-000000000001';
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const word = (request.headers.authorization ?? '').replace('Bearer ', '');
    brought.push(word);
    let text = '';
    for await (const part of request) text += String(part);
    const body = (text === '' ? {} : JSON.parse(text)) as { readonly secretHash?: string };
    const say = (status: number, value?: unknown): void => {
      if (losing) {
        losing = false;
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(value === undefined ? undefined : JSON.stringify(value));
    };
    const refuse = (): void =>
      say(401, { type: 'x', title: 'x', status: 401, code: 'unauthorized', detail: 'This is not let in.', retryable: false });
    if (request.url === '/v1/runner-credentials') {
      if (word !== token || (accepted.size > 0 && !accepted.has(body.secretHash ?? ''))) return refuse();
      accepted.add(body.secretHash ?? '');
      return say(201, { id, name: 'box', pool: 'far' });
    }
    if (!accepted.has(hashOf(word))) return refuse();
    if (request.url === '/v1/runner-credentials/rotate') {
      accepted.add(body.secretHash ?? '');
      return say(204);
    }
    // The first use of a secret ends those before it.
    const own = hashOf(word);
    if ([...accepted].indexOf(own) === accepted.size - 1) for (const other of [...accepted]) if (other !== own) accepted.delete(other);
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
    accepted,
    brought,
    loseReply: () => {
      losing = true;
    },
  };
}
