import { createHmac, timingSafeEqual } from 'node:crypto';

export type Prefix = {
  /** What everything below may be read of: a build's id. */
  readonly subject: string;
  /** Seconds since 1970 after which it is refused. */
  readonly expires: number;
};

/** The token of a prefix, to stand in the path so that what playlists name relatively inherits it: `<expires>.<HMAC-SHA256 in base64url>`. */
export function signPrefix({ subject, expires }: Prefix, secret: string): string {
  return `${expires}.${macOf({ subject, expires }, secret).toString('base64url')}`;
}

/** Whether a token opens a subject now: `expired` when it was good once, `wrong` when it never was. */
export function checkPrefix(
  { subject, token, nowSeconds }: { readonly subject: string; readonly token: string; readonly nowSeconds: number },
  secret: string,
): 'good' | 'expired' | 'wrong' {
  const [time = '', mac = ''] = token.split('.');
  if (!/^\d{1,12}$/.test(time)) return 'wrong';
  const expires = Number(time);
  const wanted = macOf({ subject, expires }, secret);
  const found = Buffer.from(mac, 'base64url');
  if (found.length !== wanted.length || !timingSafeEqual(found, wanted)) return 'wrong';
  return expires > nowSeconds ? 'good' : 'expired';
}

function macOf({ subject, expires }: Prefix, secret: string): Buffer {
  return createHmac('sha256', secret).update(`filmwright prefix\n${expires}\n${subject}`).digest();
}
