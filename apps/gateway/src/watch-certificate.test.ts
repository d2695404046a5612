import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { listenByTls, readCertificate } from './tls-listener.ts';
import { watchCertificate } from './watch-certificate.ts';

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo(); looks++) {
    assert.ok(looks < 1000, 'it took more than 10 s');
    await sleep(10);
  }
}

test('a renewed certificate is shown without a restart; files that cannot be used change nothing', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const files = { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') };
  const issue = (...key: readonly string[]): void =>
    void execFileSync('openssl', ['req', '-x509', ...key, '-subj', '/CN=studio', '-days', '2', '-out', files.certPath], {
      stdio: 'ignore',
    });
  issue('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', files.keyPath);
  const first = await readCertificate(files);
  const listener = await listenByTls({ certificate: first, host: '127.0.0.1', port: 0, handle: () => {} });
  context.after(listener.close);
  const problems: unknown[] = [];
  let shown = first;
  // Renewed between the first reading and the watch.
  issue('-key', files.keyPath);
  context.after(
    watchCertificate(files, {
      shown: first,
      everyMs: 20,
      onProblem: (problem) => problems.push(problem),
      onChange: (renewed) => {
        shown = renewed;
        listener.show(renewed);
      },
    }),
  );
  const seen = async (): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: listener.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  };
  await until(() => shown !== first);
  const second = shown;
  issue('-key', files.keyPath);
  await until(() => shown !== second);
  assert.notEqual(shown.fingerprint, first.fingerprint);
  assert.equal(await seen(), shown.fingerprint);
  writeFileSync(files.certPath, 'half of a certif');
  await until(() => problems.length > 0);
  assert.match(String((problems[0] as { readonly detail: string }).detail), /cannot be used/);
  assert.equal(await seen(), shown.fingerprint);
});
