import { createHash, X509Certificate } from 'node:crypto';

/** The SHA-256, in base64, of the public key of a certificate (PEM): what `curl --pinnedpubkey sha256//...` wants (RFC 7469). */
export function keyPinOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
