import http from 'node:http';
import { isIP } from 'node:net';
import { FilmwrightError } from '@filmwright/contracts';

/** What is reached past any proxy. */
const here = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The environment of a process that calls out through the proxy that HTTPS_PROXY, else HTTP_PROXY, else ALL_PROXY names but for NO_PROXY, large or small, with or
 * without `http://`. Node's own `fetch` reads them where NODE_USE_ENV_PROXY is 1; who set that to something else keeps it. This machine itself is reached
 * straight, and what is no proxy of HTTP in ALL_PROXY is left to programs that know it. Throws `request-invalid` for what is no address, at which Node would end.
 */
export function proxiedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const whole = (name: string): string => {
    const given = named(name);
    const proxy = given === '' || given.includes('://') ? given : `http://${given}`;
    if (proxy !== '' && !isAddress(proxy))
      throw new FilmwrightError(
        'request-invalid',
        `${name} is no address of a proxy; wanted http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, in which %2F stands for /, %40 for @ and %25 for %. What is there is not shown, since it may hold a password.`,
      );
    return proxy;
  };
  const all = whole('ALL_PROXY');
  const plain = whole('HTTP_PROXY') || (/^https?:/.test(all) ? all : '');
  const secure = whole('HTTPS_PROXY') || plain;
  const proxies = Object.entries({ HTTP_PROXY: plain, HTTPS_PROXY: secure }).filter(([, value]) => value !== '');
  const both = [...proxies, ['NO_PROXY', pastOf(named('NO_PROXY'))] as const].flatMap(([name, value]) => [
    [name, value] as const,
    [name.toLowerCase(), value] as const,
  ]);
  return { ...env, NODE_USE_ENV_PROXY: env['NODE_USE_ENV_PROXY'] ?? '1', ...Object.fromEntries(both) };
}

/** NO_PROXY so that all who read it take it the same, as curl does: a name stands for what is below it too, and `*` for everything only where it is alone. */
function pastOf(given: string): string {
  const names = given
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((name) => (isIP(name) === 6 ? `[${name}]` : name.replace(/^\*?\./, '')));
  if (names.includes('*')) return '*';
  const wide = [...names, ...here].flatMap((name) => (isIP(name) === 4 || name.startsWith('[') ? [name] : [name, `.${name}`]));
  return [...new Set(wide)].join(',');
}

function isAddress(proxy: string): boolean {
  try {
    const { username, password } = new URL(proxy);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** Has the `fetch` of this process call out so from now on, from Node 24.14. */
export function callThroughProxy(): void {
  const env = proxiedEnvironment(process.env);
  if (env['NODE_USE_ENV_PROXY'] === '1') http.setGlobalProxyFromEnv?.(env);
}
