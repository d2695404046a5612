import http from 'node:http';

/** What is reached past any proxy. */
const here = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The environment of a process that calls out through the proxy that HTTPS_PROXY, else HTTP_PROXY, else ALL_PROXY names but for NO_PROXY, large or small, with or
 * without `http://`. Node's own `fetch` reads them where NODE_USE_ENV_PROXY is 1; who set that to something else keeps it. This machine itself is reached
 * straight, and what is no proxy of HTTP in ALL_PROXY is left to programs that know it.
 */
export function proxiedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const whole = (proxy: string): string => (proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`);
  const all = whole(named('ALL_PROXY'));
  const plain = whole(named('HTTP_PROXY')) || (/^https?:/.test(all) ? all : '');
  const secure = whole(named('HTTPS_PROXY')) || plain;
  const past = [named('NO_PROXY'), ...here].filter(Boolean).join(',');
  const proxies = Object.entries({ HTTP_PROXY: plain, HTTPS_PROXY: secure }).filter(([, value]) => value !== '');
  const both = [...proxies, ['NO_PROXY', past] as const].flatMap(([name, value]) => [
    [name, value] as const,
    [name.toLowerCase(), value] as const,
  ]);
  return { ...env, NODE_USE_ENV_PROXY: env['NODE_USE_ENV_PROXY'] ?? '1', ...Object.fromEntries(both) };
}

/** Has the `fetch` of this process call out so from now on, from Node 24.14. */
export function callThroughProxy(): void {
  const env = proxiedEnvironment(process.env);
  if (env['NODE_USE_ENV_PROXY'] === '1') http.setGlobalProxyFromEnv?.(env);
}
