import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { FilmwrightError } from '@filmwright/contracts';
import { keyPinOf } from '@filmwright/process/key-pin';

/** A certificate with its key (PEM), the SHA-256 of the certificate in base64url, and that of its public key in base64. */
export type Certificate = { readonly cert: string; readonly key: string; readonly fingerprint: string; readonly keyPin: string };

/** Reads a certificate and its key from files; throws with the file's name for one that cannot be used. */
export async function readCertificate({
  certPath,
  keyPath,
}: {
  readonly certPath: string;
  readonly keyPath: string;
}): Promise<Certificate> {
  const [cert, key] = await Promise.all([readPem(certPath, 'FILMWRIGHT_TLS_CERT'), readPem(keyPath, 'FILMWRIGHT_TLS_KEY')]);
  try {
    const fingerprint = Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    // The two are held against each other here: a server would start with any, and fail at each connection.
    createServer({ cert, key }).close();
    return { cert, key, fingerprint, keyPin: keyPinOf(cert) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FilmwrightError(
      'request-invalid',
      `The certificate ${certPath} and the key ${keyPath} cannot be used: ${why}. Wanted a certificate and its own key, both in PEM.`,
      { cause },
    );
  }
}

async function readPem(path: string, name: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FilmwrightError('request-invalid', `The file of ${name} cannot be read: ${why}.`, { cause });
  });
}

export type TlsListener = {
  readonly port: number;
  /** Shows another certificate to connections from now on; those that stand go on. */
  readonly show: (certificate: Certificate) => void;
  readonly close: () => Promise<void>;
};

/** Serves the same requests by TLS (1.2 and newer) on a port of its own; the plain one stays for this machine. */
export async function listenByTls(options: {
  readonly certificate: Certificate;
  readonly host: string;
  readonly port: number;
  readonly handle: RequestListener;
}): Promise<TlsListener> {
  const { cert, key } = options.certificate;
  const server: Server = createServer({ cert, key, minVersion: 'TLSv1.2' }, options.handle);
  // A stranger that speaks no TLS ends its own connection only.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    show: ({ cert, key }) => server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
