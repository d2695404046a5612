import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway, userToken } from './testing/start-gateway.ts';
import { listenByTls, readCertificate } from './tls-listener.ts';

test('the same routes are served by TLS under the public address, with a certificate whose fingerprint tokens carry', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=studio', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', keyPath, '-out', certPath], { stdio: 'ignore' });
  const certificate = await readCertificate({ certPath, keyPath });
  let port = 0;
  const gateway = await startGateway(context, {
    publicUrl: () => `https://studio.example:${port}`,
    fingerprint: () => certificate.fingerprint,
  });
  await gateway.listen();
  const handle = (...exchange: readonly unknown[]) => void gateway.app.server.emit('request', ...exchange);
  const listener = await listenByTls({ certificate, host: '127.0.0.1', port: 0, handle });
  context.after(listener.close);
  port = listener.port;
  const ask = (host: string): Promise<{ readonly status: number | undefined; readonly fingerprint: string }> =>
    new Promise((resolve, reject) => {
      const headers = { host, authorization: `Bearer ${userToken}` };
      const asked = get(
        {
          host: '127.0.0.1',
          port,
          path: '/v1/builds',
          headers,
          ca: readFileSync(certPath),
          checkServerIdentity: () => undefined,
          agent: false,
        },
        (reply) => {
          const { fingerprint256 } = (reply.socket as import('node:tls').TLSSocket).getPeerCertificate();
          reply.resume();
          resolve({ status: reply.statusCode, fingerprint: Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url') });
        },
      );
      asked.on('error', reject);
    });
  assert.deepEqual(await ask(`studio.example:${port}`), { status: 200, fingerprint: certificate.fingerprint });
  assert.equal((await ask(`evil.example:${port}`)).status, 403);
});

test('a key that is not of the certificate is told before anything is served', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);
  for (const name of ['one', 'two'])
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        path(`${name}.key`),
        '-out',
        path(`${name}.pem`),
      ],
      {
        stdio: 'ignore',
      },
    );
  await assert.rejects(readCertificate({ certPath: path('one.pem'), keyPath: path('two.key') }), /cannot be used/);
  await assert.rejects(readCertificate({ certPath: path('none.pem'), keyPath: path('two.key') }), /FILMWRIGHT_TLS_CERT cannot be read/);
});
