import type { ClientConfig, Client as PgClient } from 'pg';

/**
 * For every connection: the other side of one that was cut, or whose machine is gone, is given up within about 11 s (PostgreSQL's own answer is two hours for one
 * that is idle), so that locks of a lost process pass on. This side looks after an idle connection as often.
 */
export const steadfast = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 5000,
  options: '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=11000',
} satisfies ClientConfig;

const politeMs = 2000;

/** Ends a connection; one that does not answer any more is broken off after two seconds. Never rejects. */
export async function endSoon(client: PgClient): Promise<void> {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection;
  const breaking = setTimeout(() => stream.destroy(), politeMs);
  await client.end().catch(() => {});
  clearTimeout(breaking);
}
