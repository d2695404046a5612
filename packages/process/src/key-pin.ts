import { createHash, X509Certificate } from 'node:crypto';

/** The SHA-256, in base64, of the public key of a certificate (PEM, or parsed): what `curl --pinnedpubkey sha256//...` wants (RFC 7469). */
export function keyPinOf(certificate: string | X509Certificate): string {
  const { publicKey } = typeof certificate === 'string' ? new X509Certificate(certificate) : certificate;
  const key = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
